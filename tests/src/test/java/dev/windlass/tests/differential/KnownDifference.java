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
    private static final Pattern NAMELESS_CAUSE = Pattern.compile("\\$\\.details\\.causes\\[\\d](\\.(reason|field))?");

    static final List<KnownDifference> ALL = List.of(
            new KnownDifference("descriptions of the columns of a table",
                    "prose of Kubernetes, which the embedded server does not carry; no client prints it",
                    difference -> difference.place()
                            .matches("\\$(\\[\\d+]\\.object)?\\.columnDefinitions\\[\\d+]\\.description")),
            new KnownDifference(
                    """
                            expressions know no messages of protobuf (`google.protobuf.Int64Value{value: 1}`) and the type of `self` as one \
                            (`selfType{}`), refuse no pattern for repeating a repetition too often (`(a{500}){500}`), refuse two groups of a \
                            pattern with the same name, take `1u` for `1` where they index a list of a built-in object, call what of such an \
                            object cannot be an index by another type of Go, take `dyn` for a type where something else is wrong with it, take \
                            no quantity that has no digit (`k`) or an exponent above 1 000, refuse a precision above 2 147 483 647 and write out \
                            any below, and keep one of two entries of a map whose keys are equal lists or quantities""",
                    "the libraries for expressions and for patterns decide it, or nobody is known to need it",
                    difference -> difference.sequence().endsWith("What only the expressions of the real server know")),
            new KnownDifference("a field that comes twice in a body of JSON is read as it comes last",
                    "the real server puts structs, lists and maps of built-in kinds together that come twice; both warn of it",
                    difference -> difference.sequence().endsWith("Bodies: fields that come twice")),
            new KnownDifference(
                    """
                            the expressions of one policy are held to what each of them may cost, but not to what they may cost together; \
                            what fails inside of `||`, `&&` or a macro that goes on costs nothing, and what `optMap` is called on costs once""",
                    "nobody is known to come near it",
                    difference -> difference.sequence().endsWith("What the expressions of a policy cost together")),
            new KnownDifference("a Service without a name is refused for that alone",
                    "the real server tries to give it an address first, and tells that this was in vain",
                    difference -> difference.request().equals("POST /api/v1/namespaces/$NS/services")
                            && (difference.embedded().contains("name or generateName is required")
                                    || NAMELESS_CAUSE.matcher(difference.place()).matches())),
            new KnownDifference(
                    """
                            CPU that is told in the status of an autoscaler as `autoscaling/v1` tells it, by a number alone, has an \
                            `averageValue` of 0 in `autoscaling/v2`""",
                    "`autoscaling/v1` shows that 0 of the same object on both servers, and it is kept as it is shown",
                    difference -> difference.sequence().endsWith("CPU that has been found without an amount")
                            && (difference.place().endsWith(".averageValue")
                                    || difference.place().equals("$.metadata.resourceVersion"))));

    static boolean isKnown(Difference difference) {
        return ALL.stream().anyMatch(each -> each.covers().test(difference));
    }
}
