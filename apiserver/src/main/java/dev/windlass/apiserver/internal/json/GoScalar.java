package dev.windlass.apiserver.internal.json;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import static java.util.Map.entry;

/** What a scalar of YAML means to Go. Stateless. */
final class GoScalar {
    static final String TEXT = "tag:yaml.org,2002:str";

    private static final String BINARY = "tag:yaml.org,2002:binary";
    private static final String INTEGER = "tag:yaml.org,2002:int";
    private static final String FLOAT = "tag:yaml.org,2002:float";
    private static final String BOOLEAN = "tag:yaml.org,2002:bool";
    private static final String NULL = "tag:yaml.org,2002:null";
    private static final String TIME = "tag:yaml.org,2002:timestamp";
    private static final Set<String> RESOLVED = Set.of("", TEXT, INTEGER, FLOAT, BOOLEAN, NULL, TIME);

    private static final Set<String> TRUE = Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On",
            "ON");
    private static final Set<String> FALSE = Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off",
            "Off", "OFF");
    private static final Set<String> NOTHING = Set.of("", "~", "null", "Null", "NULL");
    /** Numbers that JSON has no words for. */
    private static final Map<String, String> UNWRITABLE = Map.ofEntries(entry(".inf", "+Inf"), entry(".Inf", "+Inf"),
            entry(".INF", "+Inf"), entry("+.inf", "+Inf"), entry("+.Inf", "+Inf"), entry("+.INF", "+Inf"),
            entry("-.inf", "-Inf"), entry("-.Inf", "-Inf"), entry("-.INF", "-Inf"), entry(".nan", "NaN"),
            entry(".NaN", "NaN"), entry(".NAN", "NaN"));
    private static final Pattern WHOLE = Pattern
            .compile("([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))");
    private static final Pattern FRACTION = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final BigInteger MOST_UNSIGNED = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private GoScalar() {
    }

    /**
     * The value of a scalar.
     *
     * @param tag
     *            empty when it has none
     * @throws MalformedYamlException
     *             when it is not what its tag says
     */
    static JsonNode of(String tag, String text) {
        if (tag.equals(BINARY)) {
            return NODES.stringNode(decoded(text));
        }
        if (!RESOLVED.contains(tag) || tag.equals(TEXT)) {
            return NODES.stringNode(text);
        }
        JsonNode value = plain(text);
        String found = tagOf(value);
        if (!tag.isEmpty() && !tag.equals(found) && !(tag.equals(FLOAT) && found.equals(INTEGER))
                && !(tag.equals(TIME) && found.equals(TEXT))) {
            throw new MalformedYamlException("yaml: cannot decode " + shortTag(found) + " `" + text + "` as a "
                    + shortTag(tag));
        }
        return value;
    }

    private static String decoded(String text) {
        try {
            return new String(Base64.getDecoder().decode(text.replaceAll("[\r\n]", "")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new MalformedYamlException("yaml: !!binary value contains invalid base64 data", e);
        }
    }

    private static String tagOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> BOOLEAN;
            case NULL -> NULL;
            case NUMBER -> value.isIntegralNumber() ? INTEGER : FLOAT;
            default -> TEXT;
        };
    }

    private static String shortTag(String tag) {
        return tag.replaceFirst("^tag:yaml\\.org,2002:", "!!");
    }

    private static JsonNode plain(String text) {
        if (NOTHING.contains(text)) {
            return NODES.nullNode();
        }
        if (TRUE.contains(text) || FALSE.contains(text)) {
            return NODES.booleanNode(TRUE.contains(text));
        }
        String unwritable = UNWRITABLE.get(text);
        if (unwritable != null) {
            throw new MalformedYamlException("json: unsupported value: " + unwritable);
        }
        char first = text.charAt(0);
        if (first != '.' && first != '+' && first != '-' && (first < '0' || first > '9')) {
            return NODES.stringNode(text);
        }
        JsonNode number = number(first == '.' ? text : text.replace("_", ""));
        return number == null ? NODES.stringNode(text) : number;
    }

    private static @Nullable JsonNode number(String digits) {
        var whole = WHOLE.matcher(digits);
        if (whole.matches()) {
            BigInteger value = magnitude(whole.group(2), whole.group(3), whole.group(4), whole.group(5));
            boolean negative = whole.group(1).equals("-");
            if ((negative ? value.negate() : value).bitLength() < Long.SIZE) {
                return NODES.numberNode(negative ? -value.longValue() : value.longValue());
            }
            if (whole.group(1).isEmpty() && value.compareTo(MOST_UNSIGNED) <= 0) {
                return NODES.numberNode(value);
            }
        }
        if (!FRACTION.matcher(digits).matches()) {
            return null;
        }
        double value = Double.parseDouble(digits);
        return Double.isInfinite(value) ? null : GoNumbers.written(value);
    }

    private static BigInteger magnitude(@Nullable String hexadecimal, @Nullable String binary, @Nullable String octal,
            @Nullable String decimal) {
        if (hexadecimal != null) {
            return new BigInteger(hexadecimal, 16);
        }
        if (binary != null) {
            return new BigInteger(binary, 2);
        }
        return octal != null ? new BigInteger(octal, 8) : new BigInteger(String.valueOf(decimal));
    }
}
