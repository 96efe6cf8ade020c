package dev.windlass.cli;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "get", description = "List units as a tree: all, or one with what is inside it.")
final class GetCommand implements Callable<Integer> {
    /** What scripts can rely on, for each unit; {@code describe} has the rest. */
    private static final List<String> FIELDS = List.of("name", "kind", "state", "reason", "generation", "since",
            "restarts", "queued", "inFlight", "parent");

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Full name of a unit, for example cluster/north.")
    private @Nullable String name;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ListOutputOption output;

    @Option(names = {"-w", "--watch"}, description = "Then show each transition until the manager ends.")
    private boolean watch;

    @Override
    public Integer call() {
        AdminClient client = AdminClient.connect(root);
        Terminal terminal = Terminal.standard();
        if (!watch) {
            show(client, terminal);
            return 0;
        }
        client.events(() -> {
            show(client, terminal);
            return !terminal.broken();
        }, event -> {
            // The current states are in the table.
            if (!event.path("from").isNull() && concerns(UnitTable.text(event, "unit"))) {
                terminal.line(output.structured() ? output.text(event, true) : EventLine.of(event, terminal));
            }
            return !terminal.broken();
        });
        return 0;
    }

    private void show(AdminClient client, Terminal terminal) {
        JsonNode units = client.units();
        List<JsonNode> items = units.path("items").valueStream()
                .filter(item -> concerns(UnitTable.text(item, "name"))).toList();
        List<JsonNode> hung = units.path("quarantined").valueStream()
                .filter(generation -> concerns(UnitTable.text(generation, "unit"))).toList();
        List<JsonNode> unloads = ModuleUnloads.toShow(client.unloads(), items).stream()
                .filter(unload -> concerns(ModuleUnloads.unit(unload))).toList();
        if (items.isEmpty() && hung.isEmpty() && unloads.isEmpty() && name != null) {
            // Its answer says what is wrong with the name.
            client.describe(name);
        }
        if (output.structured()) {
            ObjectNode list = JsonNodeFactory.instance.objectNode();
            list.putArray("items").addAll(items.stream().map(item -> ((ObjectNode) item).retain(FIELDS)).toList());
            if (!hung.isEmpty()) {
                list.putArray("quarantined").addAll(hung);
            }
            if (!unloads.isEmpty()) {
                list.putArray("unloads").addAll(unloads);
            }
            terminal.line(output.text(list, watch));
        } else {
            UnitTable.lines(items, output.wide(), Instant.now(), terminal).forEach(terminal::line);
            hung.forEach(generation -> terminal.line("%s#%s is in quarantine, its name is free: left are %s".formatted(
                    UnitTable.text(generation, "unit"), UnitTable.text(generation, "generation"),
                    generation.path("leftovers").valueStream()
                            .map(left -> UnitTable.text(left, "kind") + " " + UnitTable.text(left, "name"))
                            .collect(Collectors.joining(", ")))));
            unloads.forEach(unload -> terminal.line(ModuleUnloads.line(unload)));
        }
    }

    private boolean concerns(String unit) {
        return name == null || unit.equals(name) || unit.startsWith(name + "/");
    }
}
