package dev.windlass.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

/** A command about one unit of a manager. */
abstract class UnitCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Parameters(index = "0", paramLabel = "NAME", description = "Full name of a unit, for example cluster/north.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    final String name() {
        return name;
    }

    final AdminClient connect() {
        return AdminClient.connect(root);
    }

    /** Asks for something that ends with a unit that runs, or is held back, and says what came of it. */
    final int start(String action, Map<String, String> options) {
        long begin = System.nanoTime();
        JsonNode answer = connect().act(name(), action, options);
        long millis = (System.nanoTime() - begin) / 1_000_000;
        JsonNode unit = answer.path("unit");
        String told = told(unit);
        Terminal.standard().line(!answer.path("done").asBoolean()
                ? id(unit)
                : id(unit) + " in " + millis + " ms" + (told.isEmpty() ? "" : ": " + told));
        return 0;
    }

    /** What there is to say of the unit when it is done: what is wrong, or what it found. */
    String told(JsonNode unit) {
        String message = text(unit, "message");
        return message.isEmpty() ? text(unit.path("details"), "caught up") : message;
    }

    final String id(JsonNode unit) {
        return name() + "#" + text(unit, "generation") + " " + text(unit, "state");
    }
}
