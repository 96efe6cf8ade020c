package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A command about one unit of a manager. */
abstract class UnitCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Parameters(paramLabel = "NAME", description = "Full name of a unit, for example cluster/north.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    final String name() {
        return name;
    }

    final AdminClient connect() {
        return AdminClient.connect(root);
    }
}
