package dev.windlass.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "quota", description = "Show limits, what is used and by whom, and who waits; set limits, or ask what they would lead to.", subcommands = {
        QuotaCommand.SetCommand.class, QuotaCommand.WhatIfCommand.class})
final class QuotaCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private OutputOption output;

    @Override
    public Integer call() {
        JsonNode quota = AdminClient.connect(root).quota();
        Terminal terminal = Terminal.standard();
        if (output.structured()) {
            terminal.line(output.text(quota));
            return 0;
        }
        Table.print(List.of("SCOPE", "DIMENSION", "USED", "LIMIT"), scopes(quota), -1, terminal);
        if (!quota.path("units").isEmpty()) {
            terminal.line("");
            Table.print(List.of("UNIT", "PRIORITY", "STATE", "RUNG", "DECLARED", "COUNTED", "MEASURED", "WAITS FOR"),
                    units(quota), -1, terminal);
        }
        return 0;
    }

    private static List<List<String>> scopes(JsonNode quota) {
        List<List<String>> rows = new ArrayList<>();
        quota.path("scopes").valueStream().forEach(scope -> {
            Set<String> dimensions = new LinkedHashSet<>();
            scope.path("limits").propertyStream().forEach(limit -> dimensions.add(limit.getKey()));
            scope.path("used").propertyStream().forEach(used -> dimensions.add(used.getKey()));
            String name = text(scope, "name").isEmpty() ? "(manager)" : text(scope, "name");
            for (String dimension : dimensions) {
                String limit = text(scope.path("limits"), dimension);
                rows.add(List.of(name, dimension, Long.toString(scope.path("used").path(dimension).asLong(0)),
                        limit.isEmpty() ? "none" : limit));
            }
            if (dimensions.isEmpty()) {
                rows.add(List.of(name, "-", "-", "none"));
            }
        });
        return rows;
    }

    private static List<List<String>> units(JsonNode quota) {
        return quota.path("units").valueStream()
                .map(unit -> List.of(text(unit, "name"), text(unit, "priority"), text(unit, "state"),
                        text(unit, "rung"), numbers(unit.path("declared")), numbers(unit.path("counted")),
                        numbers(unit.path("measured")), text(unit, "waitsFor").replaceFirst("^waits for quota: ", "")))
                .toList();
    }

    /** {@code watches=2,concurrency=4}, as limits are written. */
    static String numbers(JsonNode numbers) {
        return numbers.propertyStream().map(number -> number.getKey() + "=" + number.getValue().asLong())
                .collect(Collectors.joining(","));
    }

    /** What both commands about new limits are told. */
    abstract static class LimitsCommand implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private QuotaCommand quota;

        @Parameters(arity = "1..*", paramLabel = "LIMIT", description = "DIMENSION=NUMBER, for example watches=40; DIMENSION=none takes that limit away, none alone all. Others stay as they are.")
        @SuppressWarnings("NullAway.Init")
        private List<String> limits;

        @Option(names = "--scope", paramLabel = "NAME", description = "A unit whose limits are meant; by default the manager's.")
        private @Nullable String scope;

        final AdminClient connect() {
            return AdminClient.connect(quota.root);
        }

        final Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            options.put("limits", String.join(",", limits));
            if (scope != null) {
                options.put("scope", scope);
            }
            return options;
        }

        static void show(JsonNode plan) {
            Terminal terminal = Terminal.standard();
            text(plan, "summary").lines().forEach(terminal::line);
        }
    }

    @Command(name = "set", description = "Set limits, and wait until what is used is within them.")
    static final class SetCommand extends LimitsCommand {
        @Override
        public Integer call() {
            Map<String, String> options = options();
            options.put("wait", "true");
            show(connect().setLimits(options));
            return 0;
        }
    }

    @Command(name = "what-if", description = "Say who would give way to limits, and who would wait. Does nothing.")
    static final class WhatIfCommand extends LimitsCommand {
        @Override
        public Integer call() {
            JsonNode plan = connect().whatIf(options());
            show(plan);
            return plan.path("problems").isEmpty() ? 0 : 1;
        }
    }
}
