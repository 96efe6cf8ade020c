package dev.windlass.apiserver.internal.cel;

import dev.cel.common.values.CelByteString;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a call costs that has been carried out, without its arguments. Stateless. */
final class SpentCall {
    /** Of going through a text, for each character. */
    private static final double TEXT = 0.1;
    /** Of a pattern, for each of its characters. */
    private static final double PATTERN = 0.25;
    private static final int ACCESS_CHECK = 350_000;
    private static final int LIST_MADE = 11;
    private static final int SELECTOR = 10;
    private static final double REQUIREMENT = 50;

    private SpentCall() {
    }

    /** @param overload empty when only the values told which one it is */
    static long cost(String function, String overload, Object[] args, Object result) {
        return switch (function) {
            case "check" -> ACCESS_CHECK;
            case "fieldSelector", "labelSelector" -> SELECTOR + text(args[1], 1)
                    + (long) Math.ceil(Math.ceil(size(args[1]) * 0.5) * REQUIREMENT);
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> traversed(args[0]);
            case "url", "lowerAscii", "upperAscii", "substring", "trim", "jsonpatch.escapeKey", "cidr", "isIP",
                    "isCIDR", "quantity", "isQuantity", "semver", "isSemver" ->
                text(args[0], 1);
            case "ip" -> overload.equals("cidr_ip") ? 1 : text(args[0], 1);
            case "ip.isCanonical", "replace", "split" -> text(args[0], 2);
            case "join" -> text(result, 2);
            case "find", "findAll" -> pattern(args[0], args[1]);
            case "containsIP" -> text(args[0], 2)
                    + (overload.equals("cidr_contains_ip_string") ? text(args[1], 1) : 0);
            case "containsCIDR" -> text(args[0], 2) + text(args[0], 1) + 1
                    + (overload.equals("cidr_contains_cidr_string") ? text(args[1], 1) : 0);
            case "validate" -> (long) Math.ceil((1 + size(args[1])) * TEXT)
                    * (args[0] instanceof NamedFormat format ? format.cost() : 1);
            default -> overload.isEmpty() ? 1 : ofOverload(function, overload, args, result);
        };
    }

    private static long ofOverload(String function, String overload, Object[] args, Object result) {
        return switch (function) {
            case "slice", "lists.range", "reverse" -> LIST_MADE + size(result);
            case "flatten" -> LIST_MADE
                    + size(args[0]) * (args.length > 1 && args[1] instanceof Long depth ? Math.max(1, depth) : 1);
            case "distinct", "sort" -> LIST_MADE + compared(args[0]);
            case ListFunctions.SORT_BY_KEYS -> LIST_MADE + compared(args[1]);
            case "sets.contains", "sets.intersects" -> 1 + size(args[0]) * size(args[1]);
            case "sets.equivalent" -> 1 + 2 * size(args[0]) * size(args[1]);
            default -> standard(overload, args);
        };
    }

    private static long standard(String overload, Object[] args) {
        return switch (overload) {
            case "starts_with_string", "ends_with_string" -> text(args[1], 1);
            case "string_to_bytes", "bytes_to_string", "strings_quote", "string_format" -> text(args[0], 1);
            case "in_list" -> size(args[1]);
            case "less_string", "greater_string", "less_equals_string", "greater_equals_string", "less_bytes",
                    "greater_bytes", "less_equals_bytes", "greater_equals_bytes", "not_equals" ->
                shorter(args);
            case "equals" -> Types.isOurs(args[0]) ? 1 : shorter(args);
            case "add_string", "add_bytes" -> (long) Math.ceil((size(args[0]) + size(args[1])) * TEXT);
            case "matches", "matches_string" -> pattern(args[0], args[1]);
            case "contains_string" -> text(args[0], 1) * text(args[1], 1);
            default -> 1;
        };
    }

    private static long shorter(Object[] args) {
        return (long) Math.ceil(Math.min(size(args[0]), size(args[1])) * TEXT);
    }

    private static long text(Object value, int times) {
        return (long) Math.ceil(size(value) * times * TEXT);
    }

    private static long pattern(Object text, Object pattern) {
        return (long) Math.ceil((1.0 + size(text)) * TEXT) * (long) Math.ceil(size(pattern) * PATTERN);
    }

    private static long compared(Object value) {
        if (!(value instanceof List<?> list) || list.isEmpty()) {
            return 0;
        }
        boolean text = list.getFirst() instanceof String || list.getFirst() instanceof CelByteString;
        return (long) ((double) list.size() * list.size() * (text ? 2 + TEXT : 2));
    }

    private static long traversed(Object value) {
        return switch (value) {
            case String text -> (long) (text.getBytes(StandardCharsets.UTF_8).length * TEXT);
            case CelByteString bytes -> (long) (bytes.size() * TEXT);
            case Collection<?> items -> items.stream().mapToLong(SpentCall::traversed).sum();
            case Map<?, ?> map -> traversed(map.keySet()) + traversed(map.values());
            default -> 1;
        };
    }

    private static long size(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case CelByteString bytes -> bytes.size();
            case Collection<?> items -> items.size();
            case Map<?, ?> map -> map.size();
            case Optional<?> optional -> optional.isPresent() ? size(optional.get()) : 1;
            case Address address -> address.address().getAddress().length;
            case Network network -> (network.bits() + 7) / 8;
            default -> 1;
        };
    }
}
