package dev.windlass.apiserver.internal.kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What names, label keys and label values may look like; each answers what is wrong, in Kubernetes' words. */
public final class NameRules {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final String WILDCARD = "\\*\\." + SUBDOMAIN;
    private static final String LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final String VALUE = "(" + QUALIFIED + ")?";

    private static final Pattern LABEL_PATTERN = Pattern.compile(LABEL);
    private static final Pattern SUBDOMAIN_PATTERN = iterating(SUBDOMAIN);
    private static final Pattern LABEL_1035_PATTERN = Pattern.compile(LABEL_1035);
    private static final Pattern QUALIFIED_PATTERN = Pattern.compile(QUALIFIED);
    private static final Pattern VALUE_PATTERN = Pattern.compile(VALUE);

    private static final String UNDERSCORE_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private static final String UNDERSCORE_SUBDOMAIN = UNDERSCORE_LABEL + "(\\." + UNDERSCORE_LABEL + ")*";
    private static final Pattern UNDERSCORE_PATTERN = iterating(UNDERSCORE_SUBDOMAIN);
    private static final Pattern WILDCARD_PATTERN = iterating(WILDCARD);
    private static final Pattern PORT_NAME_PATTERN = Pattern.compile("[-a-z0-9]+");

    private static final int MAX_PORT_NAME = 15;
    private static final int MAX_LABEL = 63;
    private static final int MAX_SUBDOMAIN = 253;

    private NameRules() {
    }

    /** Java's engine takes a step down its stack for each part of a name, unless it is told never to go back. */
    private static Pattern iterating(String expression) {
        return Pattern.compile(expression.replace(")*", ")*+"));
    }

    public static List<String> name(Traits.NameRule rule, String name) {
        return switch (rule) {
            case SUBDOMAIN -> subdomain(name);
            case LABEL -> label(name);
            case LABEL_1035 -> label1035(name);
            case ADDRESS -> Addresses.canonicalAddress(name);
            case PATH_SEGMENT, ANY -> pathSegment(name);
        };
    }

    public static List<String> subdomain(String name) {
        return check(name, SUBDOMAIN_PATTERN, MAX_SUBDOMAIN,
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric"
                        + " character (e.g. 'example.com', regex used for validation is '" + SUBDOMAIN + "')");
    }

    /** Something that a name may begin with: it may end in a hyphen. */
    public static List<String> subdomainPrefix(String name) {
        return subdomain(name.length() > 1 && name.endsWith("-") ? name.substring(0, name.length() - 1) + "a" : name);
    }

    /** Of a domain that is searched for names: its parts may have underscores. */
    public static List<String> subdomainWithUnderscores(String name) {
        return check(name, UNDERSCORE_PATTERN, MAX_SUBDOMAIN,
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric"
                        + " character (e.g. 'example.com', regex used for validation is '" + UNDERSCORE_SUBDOMAIN
                        + "')");
    }

    /** Of a field that is declared to take either case. */
    public static List<String> caselessSubdomain(String name) {
        return check(name.toLowerCase(Locale.ROOT), SUBDOMAIN_PATTERN, MAX_SUBDOMAIN,
                "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
                        + " (e.g. 'Example.com', regex used for validation is '" + SUBDOMAIN + "')");
    }

    public static List<String> label(String name) {
        List<String> problems = new ArrayList<>();
        if (name.length() > MAX_LABEL) {
            problems.add(tooLong(MAX_LABEL));
        }
        if (!LABEL_PATTERN.matcher(name).matches()) {
            problems.add(SUBDOMAIN_PATTERN.matcher(name).matches()
                    ? "must not contain dots"
                    : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric"
                            + " character (e.g. 'my-name',  or '123-abc', regex used for validation is '" + LABEL
                            + "')");
        }
        return problems;
    }

    public static List<String> label1035(String name) {
        return check(name, LABEL_1035_PATTERN, MAX_LABEL,
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an"
                        + " alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '"
                        + LABEL_1035 + "')");
    }

    public static List<String> wildcardSubdomain(String name) {
        return check(name, WILDCARD_PATTERN, MAX_SUBDOMAIN,
                "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric"
                        + " characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '"
                        + WILDCARD + "')");
    }

    /** The name of a port of a service or a container. */
    public static List<String> portName(String name) {
        List<String> problems = new ArrayList<>();
        if (name.length() > MAX_PORT_NAME) {
            problems.add(tooLong(MAX_PORT_NAME));
        }
        if (!PORT_NAME_PATTERN.matcher(name).matches()) {
            problems.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (name.chars().noneMatch(each -> each >= 'a' && each <= 'z')) {
            problems.add("must contain at least one letter (a-z)");
        }
        if (name.contains("--")) {
            problems.add("must not contain consecutive hyphens");
        }
        if (name.startsWith("-") || name.endsWith("-")) {
            problems.add("must not begin or end with a hyphen");
        }
        return problems;
    }

    public static List<String> pathSegment(String name) {
        if (name.equals(".") || name.equals("..")) {
            return List.of("may not be '" + name + "'");
        }
        List<String> problems = new ArrayList<>();
        for (String illegal : List.of("/", "%")) {
            if (name.contains(illegal)) {
                problems.add("may not contain '" + illegal + "'");
            }
        }
        return problems;
    }

    /** An optional subdomain, a slash, a name. All that is called so is told as if it were the key of a label. */
    public static List<String> qualifiedName(String key) {
        List<String> problems = new ArrayList<>();
        String[] parts = key.split("/", -1);
        String name = parts[parts.length - 1];
        if (parts.length > 2) {
            problems.add("a valid label key " + QUALIFIED_RULE
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
            return problems;
        }
        if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                problems.add("prefix part must be non-empty");
            } else {
                subdomain(parts[0]).forEach(problem -> problems.add("prefix part " + problem));
            }
        }
        if (name.isEmpty()) {
            problems.add("name part must be non-empty");
        } else if (name.length() > MAX_LABEL) {
            problems.add("name part must be no more than " + MAX_LABEL + " bytes");
        }
        if (!QUALIFIED_PATTERN.matcher(name).matches()) {
            problems.add("name part " + QUALIFIED_RULE);
        }
        return problems;
    }

    private static final String QUALIFIED_RULE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
            + " character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '" + QUALIFIED
            + "')";

    public static List<String> labelValue(String value) {
        List<String> problems = new ArrayList<>();
        if (value.length() > MAX_LABEL) {
            problems.add("must be no more than " + MAX_LABEL + " bytes");
        }
        if (!VALUE_PATTERN.matcher(value).matches()) {
            problems.add(
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
                            + " character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '"
                            + VALUE + "')");
        }
        return problems;
    }

    private static List<String> check(String name, Pattern pattern, int limit, String rule) {
        List<String> problems = new ArrayList<>();
        if (name.length() > limit) {
            problems.add(tooLong(limit));
        }
        if (!pattern.matcher(name).matches()) {
            problems.add(rule);
        }
        return problems;
    }

    private static String tooLong(int limit) {
        return "must be no more than " + limit + " characters";
    }
}
