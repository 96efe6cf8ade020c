package dev.windlass.tests.differential;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What differs between the servers on purpose. Everything else is a defect.
 *
 * @param what
 *            that a user may notice
 * @param why
 *            it is left so
 */
record KnownDifference(String what, String why, Predicate<Difference> covers) {
    private static final Pattern GO_NAME = Pattern.compile("\\\\\"[A-Z][A-Za-z]+\\\\\":");
    private static final Pattern STRUCT = Pattern
            .compile(
                    "Invalid value: [\\[{].*?[\\]}]: (?=field is immutable|must be|cannot set|only one of|only a|no additions|requires indexed)");
    private static final Pattern GO_DIFF = Pattern.compile("(?<=\\\\n)@@.*?\\\\n(?=, [a-z]|]?\"$)");
    private static final Pattern NAMELESS_CAUSE = Pattern.compile("\\$\\.details\\.causes\\[\\d](\\.(reason|field))?");

    static final List<KnownDifference> ALL = List.of(
            new KnownDifference("descriptions of the columns of a table",
                    "prose of Kubernetes, which the embedded server does not carry; no client prints it",
                    difference -> difference.place()
                            .matches("\\$(\\[\\d+]\\.object)?\\.columnDefinitions\\[\\d+]\\.description")),
            new KnownDifference("a struct that a message shows has the names of the API, not those of Go's memory",
                    "the names of Go's internal types are no part of the API, and say less to who reads them",
                    difference -> GO_NAME.matcher(difference.real()).find()
                            && withoutStructs(difference.real()).equals(withoutStructs(difference.embedded()))),
            new KnownDifference("a message that a specification must not change does not go on to show the change",
                    "it is shown line by line in the form of Go's internal types; the client knows what it has changed",
                    difference -> !GO_DIFF.matcher(difference.real()).replaceAll("").equals(difference.real())
                            && withoutStructs(GO_DIFF.matcher(difference.real()).replaceAll(""))
                                    .equals(withoutStructs(difference.embedded()))),
            new KnownDifference("a Service without a name is refused for that alone",
                    "the real server tries to give it an address first, and tells that this was in vain",
                    difference -> difference.request().equals("POST /api/v1/namespaces/$NS/services")
                            && (difference.embedded().contains("name or generateName is required")
                                    || NAMELESS_CAUSE.matcher(difference.place()).matches())));

    private static String withoutStructs(String message) {
        return STRUCT.matcher(message).replaceAll("Invalid value: <struct>: ");
    }

    static boolean isKnown(Difference difference) {
        return ALL.stream().anyMatch(each -> each.covers().test(difference));
    }
}
