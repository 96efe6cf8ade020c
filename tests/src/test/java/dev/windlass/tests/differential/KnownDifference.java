package dev.windlass.tests.differential;

import java.util.List;
import java.util.function.Predicate;

/**
 * What differs between the servers on purpose. Everything else is a defect.
 *
 * @param what
 *            that a user may notice
 * @param why
 *            it is left so
 */
record KnownDifference(String what, String why, Predicate<Difference> covers) {
    static final List<KnownDifference> ALL = List.of(
            new KnownDifference("descriptions of the columns of a table",
                    "prose of Kubernetes, which the embedded server does not carry; no client prints it",
                    difference -> difference.place().matches("\\$\\.columnDefinitions\\[\\d+]\\.description")),
            new KnownDifference("`null` for `[]` where a message shows an empty list that was sent",
                    "objects are brought into the form in which they are stored, which has no empty lists, before they are checked",
                    difference -> difference.real().contains("Invalid value: []: ") && difference.real()
                            .replace("Invalid value: []: ", "Invalid value: null: ").equals(difference.embedded())));

    static boolean isKnown(Difference difference) {
        return ALL.stream().anyMatch(each -> each.covers().test(difference));
    }
}
