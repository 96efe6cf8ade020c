package dev.windlass.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "modules", description = "Load, reload and unload feature modules in a manager that was started with --modules DIR.", subcommands = {
        ModulesCommand.ListCommand.class, ModulesCommand.DescribeModuleCommand.class, ModulesCommand.LoadCommand.class,
        ModulesCommand.ReloadCommand.class, ModulesCommand.UnloadCommand.class, ModulesCommand.ProveCommand.class,
        ModulesCommand.WatchCommand.class})
final class ModulesCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private OutputOption output;

    @Override
    public Integer call() {
        return list(this, output);
    }

    private static int list(ModulesCommand modules, OutputOption output) {
        JsonNode answer = AdminClient.connect(modules.root).modules();
        Terminal terminal = Terminal.standard();
        if (output.structured()) {
            terminal.line(output.text(answer));
            return 0;
        }
        Table.print(List.of("NAME", "VERSION", "STATE", "UNITS", "FILE"),
                answer.path("items").valueStream().map(module -> List.of(text(module, "name"), text(module, "version"),
                        text(module, "state"), Integer.toString(module.path("units").size()), text(module, "file")))
                        .toList(),
                2, terminal);
        if (!answer.path("unloads").isEmpty()) {
            terminal.line("");
            Table.print(List.of("UNLOADED", "VERSION", "LOAD", "CLASSES", "HELD BY"),
                    answer.path("unloads").valueStream().map(unload -> List.of(text(unload, "module"),
                            text(unload, "version"), text(unload, "load"), text(unload, "state"),
                            (text(unload, "cause") + " " + text(unload, "held")).strip())).toList(),
                    -1, terminal);
        }
        if (!answer.path("watched").isEmpty()) {
            terminal.line("");
            Table.print(List.of("WATCHED", "UNIT", "STATE", "PROBLEMS"),
                    answer.path("watched").valueStream().map(folder -> List.of(text(folder, "folder"),
                            text(folder, "unit"), text(folder, "state"), text(folder, "problems"))).toList(),
                    2, terminal);
        }
        return 0;
    }

    /** Proves, and tells of each, with the chain of references that leads to what is still there. */
    private static int prove(AdminClient client) {
        Terminal terminal = Terminal.standard();
        terminal.line("collects garbage, and dumps the heap if that does not suffice: the process pauses");
        JsonNode answer = client.moduleAction(":prove", Map.of("wait", "true"));
        answer.path("items").valueStream().forEach(unload -> {
            terminal.line("%s %s (load %s): %s%s".formatted(text(unload, "module"), text(unload, "version"),
                    text(unload, "load"), text(unload, "state"),
                    text(unload, "cause").isEmpty() ? "" : ": " + text(unload, "cause") + ": " + text(unload, "held")));
            unload.path("chain").valueStream().forEach(reference -> terminal.line("  " + reference.asString()));
            if (!text(unload, "remedy").isEmpty()) {
                terminal.line("  remedy: " + text(unload, "remedy"));
            }
        });
        return answer.path("good").asBoolean() ? 0 : 1;
    }

    /** What all that do something share. */
    abstract static class ModuleCommand implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private ModulesCommand modules;

        final AdminClient connect() {
            return AdminClient.connect(modules.root);
        }

        final ModulesCommand modules() {
            return modules;
        }

        /** A file that is here is meant wherever this was started; any other name is one within the manager's folder. */
        static String sent(Path file) {
            return (Files.exists(file) ? file.toAbsolutePath() : file).toString();
        }

        /** Asks, waits, and says what came of it. */
        final int act(String path, Map<String, String> options) {
            Map<String, String> all = new LinkedHashMap<>(options);
            all.put("wait", "true");
            JsonNode answer = connect().moduleAction(path, all);
            Terminal.standard().line(text(answer, "summary"));
            return answer.path("good").asBoolean() ? 0 : 1;
        }
    }

    @Command(name = "list", description = "The modules that are loaded, and what has become of the classes of those that were unloaded.")
    static final class ListCommand extends ModuleCommand {
        @Mixin
        @SuppressWarnings("NullAway.Init")
        private OutputOption output;

        @Override
        public Integer call() {
            return list(modules(), output);
        }
    }

    @Command(name = "describe", description = "One module: its version, its file, its units.")
    static final class DescribeModuleCommand extends ModuleCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "A module, for example billing.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Override
        public Integer call() {
            JsonNode module = connect().module(name);
            Terminal terminal = Terminal.standard();
            for (String key : List.of("name", "unit", "version", "file", "state", "message")) {
                terminal.line("%-9s %s".formatted(key + ":", text(module, key)).stripTrailing());
            }
            module.path("units").valueStream().forEach(unit -> terminal.line("  " + unit.asString()));
            return 0;
        }
    }

    @Command(name = "load", description = "Load a module, and wait until it is ready.")
    static final class LoadCommand extends ModuleCommand {
        @Parameters(index = "0", paramLabel = "FILE", description = "The jar, in the folder that the manager was started with.")
        @SuppressWarnings("NullAway.Init")
        private Path file;

        @Override
        public Integer call() {
            return act(":load", Map.of("file", sent(file)));
        }
    }

    @Command(name = "reload", description = "Replace a module by another version while it works; it is taken back when it does not stand its probation.")
    static final class ReloadCommand extends ModuleCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The module that is loaded.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Parameters(index = "1", paramLabel = "FILE", description = "The jar of the new version, in the folder that the manager was started with.")
        @SuppressWarnings("NullAway.Init")
        private Path file;

        @Option(names = "--probation", paramLabel = "DURATION", description = "For how long its health decides whether it stays; 30s by default, 0s for none.")
        private @Nullable String probation;

        @Option(names = "--cascade", description = "First stop the units outside of the module that depend on units of it which must stop; they come back with them. Otherwise that is refused while they run.")
        private boolean cascade;

        @Override
        public Integer call() {
            Map<String, String> options = new LinkedHashMap<>(Map.of("file", sent(file)));
            if (cascade) {
                options.put("cascade", "true");
            }
            if (probation != null) {
                options.put("probation", Durations.checked("--probation", probation));
            }
            return act("/" + AdminClient.encoded(name) + ":reload", options);
        }
    }

    @Command(name = "unload", description = "Stop a module and unload its classes; \"windlass modules list\" shows whether they are gone.")
    static final class UnloadCommand extends ModuleCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The module that is loaded.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Option(names = "--prove", description = "Also find out at once whether its classes are gone, and what holds them if not. Forces collections, and a heap dump if they do not suffice: pauses the whole process for as long.")
        private boolean prove;

        @Override
        public Integer call() {
            int code = act("/" + AdminClient.encoded(name) + ":unload", Map.of());
            return prove ? prove(connect()) : code;
        }
    }

    @Command(name = "prove", description = "Find out at once whether what was unloaded is gone, and what holds it if not. Forces collections, and a heap dump if they do not suffice: pauses the whole process for as long.")
    static final class ProveCommand extends ModuleCommand {
        @Override
        public Integer call() {
            return prove(connect());
        }
    }

    @Command(name = "watch", description = "Load, reload and unload what is put into a folder, replaced or taken away. \"windlass remove UNIT\" ends that; modules stay.")
    static final class WatchCommand extends ModuleCommand {
        @Parameters(index = "0", arity = "0..1", paramLabel = "DIR", description = "The folder that the manager was started with, which it is by default, or one within.")
        private @Nullable Path dir;

        @Override
        public Integer call() {
            return act(":watch", dir == null ? Map.of() : Map.of("dir", sent(dir)));
        }
    }
}
