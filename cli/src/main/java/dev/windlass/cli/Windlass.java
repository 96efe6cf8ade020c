package dev.windlass.cli;

import dev.windlass.lifecycle.UnitFailedException;
import dev.windlass.server.NearMatches;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root command, and where all failures become one line and an exit code: 0 done, 1 refused or failed, 2 bad usage. */
@Command(name = "windlass", description = "Raises and lowers the parts of a controller manager while the rest keeps working.", mixinStandardHelpOptions = false, synopsisSubcommandLabel = "COMMAND", sortOptions = false, subcommands = {
        DemoCommand.class, RunCommand.class, ApiserverCommand.class, GetCommand.class, DescribeCommand.class,
        StopCommand.class,
        StartCommand.class,
        RestartCommand.class, ReplaceCommand.class, ReconfigureCommand.class, RemoveCommand.class, PauseCommand.class,
        ResumeCommand.class,
        CordonCommand.class,
        UncordonCommand.class, QuotaCommand.class, ModulesCommand.class, ThreadsCommand.class, CompletionCommand.class,
        TrainCacheCommand.class, VersionCommand.class}, versionProvider = VersionCommand.class)
public final class Windlass implements Runnable {
    static final int HIGHEST_PORT = 65_535;
    /** The commands that speak to no manager that runs. */
    private static final Set<String> ALONE = Set.of("demo", "run", "apiserver", "completion", "train-cache", "version");

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "Show this help.")
    boolean help;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Print the versions, as version does.")
    boolean version;

    @Option(names = "--address", scope = ScopeType.INHERIT, paramLabel = "ADDRESS", description = "Admin address of the manager to speak to, for example 127.0.0.1:41233. Not needed while one demo runs.")
    @Nullable
    String address;

    @Option(names = "--token-file", scope = ScopeType.INHERIT, paramLabel = "FILE", description = "File with the token for --address, when that manager was not started by this user here.")
    @Nullable
    String tokenFile;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces and the log.")
    boolean debug;

    Windlass() {
    }

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        StandardOutput output = StandardOutput.install();
        int code = execute(arguments);
        System.exit(output.end(code, System.err));
    }

    /** For a command that speaks to no manager that runs. */
    void refuseManager(String insteadOfAddress) {
        if (address != null) {
            throw new BadUsageException("--address names a manager that runs: " + insteadOfAddress);
        }
        if (tokenFile != null) {
            throw new BadUsageException("--token-file is for --address, which names a manager that runs: leave it out");
        }
    }

    static int execute(String... arguments) {
        return commandLine(new Windlass()).execute(arguments);
    }

    static CommandLine commandLine(Windlass root) {
        CommandLine line = new CommandLine(root);
        line.getSubcommands().forEach((name, command) -> {
            if (ALONE.contains(name)) {
                hideManagerOptions(command.getCommandSpec());
            }
        });
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                Terminal.standard().coloured() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setParameterExceptionHandler(badUsage(root));
        line.setExecutionExceptionHandler((e, command, _) -> {
            failed(command.getErr(), e, root.debug);
            return e instanceof BadUsageException ? 2 : 1;
        });
        return line;
    }

    /** Still understood, so that they are refused with what there is in their place. */
    private static void hideManagerOptions(CommandSpec spec) {
        for (String name : List.of("--address", "--token-file")) {
            OptionSpec shown = spec.findOption(name);
            spec.remove(shown);
            spec.addOption(OptionSpec.builder(shown).hidden(true).build());
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command was given");
    }

    private static IParameterExceptionHandler badUsage(Windlass root) {
        return (e, _) -> {
            CommandLine command = e.getCommandLine();
            PrintWriter err = command.getErr();
            err.println("windlass: " + message(e));
            suggest(e, err);
            err.println("Usage and options: " + command.getCommandSpec().qualifiedName() + " --help");
            if (root.debug) {
                e.printStackTrace(err);
            }
            return 2;
        };
    }

    /** The library finds something like every word; what is offered as a command is one letter in three off at most. */
    private static void suggest(ParameterException e, PrintWriter err) {
        if (!(e instanceof UnmatchedArgumentException unmatched) || unmatched.isUnknownOption()) {
            UnmatchedArgumentException.printSuggestions(e, err);
            return;
        }
        String given = unmatched.getUnmatched().getFirst();
        List<String> near = e.getCommandLine().getSubcommands().keySet().stream()
                .filter(name -> NearMatches.isNear(given, name)).toList();
        if (!near.isEmpty()) {
            err.println("Did you mean " + String.join(" or ", near) + "?");
        }
    }

    static void failed(PrintWriter err, Throwable e, boolean debug) {
        String message = e.getMessage();
        if (e instanceof UnitFailedException && e.getCause() instanceof IOException io && io.getMessage() != null) {
            // Ours too, and it names the unit: the class of what was thrown is for programmers.
            message = io.getMessage();
        }
        boolean ours = e.getClass().getName().startsWith("dev.windlass.") || e instanceof IllegalArgumentException
                || e instanceof IllegalStateException;
        err.println("windlass: " + (message == null
                ? e.getClass().getSimpleName()
                : ours ? message : e.getClass().getSimpleName() + ": " + message)
                + (ours || debug ? "" : " (--debug shows where)"));
        if (debug) {
            e.printStackTrace(err);
        }
        err.flush();
    }

    private static String message(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String what = "\"" + String.join(" ", unmatched.getUnmatched()) + "\"";
            CommandLine command = e.getCommandLine();
            return command.getSubcommands().isEmpty()
                    ? "there is nothing for " + what + " to say: leave it out"
                    : "there is no command " + what + ": use " + String.join(", ", command.getSubcommands().keySet());
        }
        return firstLower(e.getMessage());
    }

    private static String firstLower(@Nullable String text) {
        return text == null || text.isEmpty()
                ? "bad usage"
                : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }
}
