package dev.windlass.apiserver.internal.table;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes tables of one resource's objects. Immutable. */
public final class Tables {
    private final List<Column> columns;
    private final boolean rowsAlways;

    private Tables(List<Column> columns, boolean rowsAlways) {
        this.columns = columns;
        this.rowsAlways = rowsAlways;
    }

    public static Tables of(ResourceType type) {
        CustomVersion custom = type.custom();
        if (custom != null) {
            return new Tables(custom(custom.columns()), true);
        }
        List<Column> known = BuiltInColumns.of(type.storageId());
        return known == null
                ? new Tables(List.of(Cells.name(), Cells.created()), false)
                : new Tables(known, !type.is("apiextensions.k8s.io", "customresourcedefinitions"));
    }

    private static List<Column> custom(List<ObjectNode> described) {
        List<Column> columns = new ArrayList<>();
        columns.add(Cells.name());
        if (described.isEmpty()) {
            columns.add(new Column("Age", "date", "", 0,
                    (object, ages) -> Cells
                            .text(ages.since(Json.textOrEmpty(object, "metadata", "creationTimestamp")))));
        }
        for (ObjectNode each : described) {
            JsonPath path = JsonPath.parse(Json.textOrEmpty(each, "jsonPath"));
            String type = Json.textOrEmpty(each, "type");
            columns.add(new Column(Json.textOrEmpty(each, "name"), type, Json.textOrEmpty(each, "format"),
                    (int) Json.number(each, 0, "priority"),
                    (object, ages) -> cell(path.first(object), type, ages)));
        }
        return columns;
    }

    private static @Nullable JsonNode cell(@Nullable JsonNode value, String type, Ages ages) {
        if (value == null) {
            return null;
        }
        return switch (type) {
            case "integer" -> value.isNumber() ? Cells.number((long) value.doubleValue()) : null;
            case "number" -> value.isNumber() ? value : null;
            case "boolean" -> value.isBoolean() ? value : null;
            case "date" -> value.isString() ? Cells.text(ages.since(value.stringValue())) : null;
            default -> Cells.text(value.isContainer() ? Json.string(value) : value.asString());
        };
    }

    /** {@code columnDefinitions}. */
    public ArrayNode definitions() {
        ArrayNode out = Json.array();
        for (Column column : columns.stream().filter(each -> !each.name().isEmpty()).toList()) {
            out.addObject().put("name", column.name()).put("type", column.type()).put("format", column.format())
                    .put("description", "").put("priority",
                            column.priority());
        }
        return out;
    }

    /** Whether there is a list of rows also where there are none. */
    public boolean hasRowsAlways() {
        return rowsAlways;
    }

    /** The cells of an object. */
    public ArrayNode cells(ObjectNode object, Ages ages) {
        ArrayNode out = Json.array();
        for (Column column : columns) {
            JsonNode cell = column.cell().apply(object, ages);
            if (cell == null) {
                out.addNull();
            } else {
                out.add(cell);
            }
        }
        return out;
    }
}
