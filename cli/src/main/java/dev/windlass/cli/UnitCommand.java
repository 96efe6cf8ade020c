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
        JsonNode unit = answer.path("unit");
        String id = name() + "#" + text(unit, "generation") + " " + text(unit, "state");
        Terminal terminal = Terminal.standard();
        if (answer.path("done").asBoolean()) {
            long millis = (System.nanoTime() - begin) / 1_000_000;
            String message = text(unit, "message");
            String told = message.isEmpty() ? text(unit.path("details"), "caught up") : message;
            terminal.line(id + " in " + millis + " ms" + (told.isEmpty() ? "" : ": " + told));
        } else {
            terminal.line(id);
        }
        return 0;
    }
}
