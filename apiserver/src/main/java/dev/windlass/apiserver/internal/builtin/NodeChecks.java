package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** What nodes may be, and may become. Stateless. */
final class NodeChecks {
    private static final Pattern FEATURE = Pattern.compile("[A-Z][a-zA-Z0-9]*(/[a-zA-Z][a-zA-Z0-9]*)*");
    private static final int LONGEST_FEATURE = 253;

    private NodeChecks() {
    }

    /** What holds of a node whether it is new or not. */
    static void whole(Field now) {
        taints(now);
        amounts(now);
        Field swap = now.at("status", "nodeInfo", "swap", "capacity");
        if (swap.isSet()) {
            swap.as("metadata.nodeSwapStatus.capacity").positive();
        }
        features(now);
        ranges(now);
    }

    /** What holds of a change, also of the status alone. */
    static void change(Field now, Field before) {
        amounts(now);
        features(now);
        Set<JsonNode> addresses = new HashSet<>();
        for (Field address : now.at("status", "addresses").items()) {
            if (!addresses.add(address.value())) {
                address.duplicate();
            }
        }
        rangesStay(now.at("spec", "podCIDRs"), before.at("spec", "podCIDRs").texts());
        Field provider = now.at("spec", "providerID");
        Field oldProvider = before.at("spec", "providerID");
        if (!oldProvider.isEmpty() && provider.differs(oldProvider)) {
            provider.invalid((JsonNode) null,
                    provider.isEmpty() ? "field cannot be cleared once set" : "field cannot be modified once set");
        }
        taints(now);
        Field external = now.at("spec", "externalID");
        if (!external.text().equals(before.at("spec", "externalID").text())) {
            external.forbidden("may not be updated");
        }
    }

    /** Each that is another one is told; of another number of them, that there is one. */
    private static void rangesStay(Field ranges, List<String> old) {
        List<String> now = ranges.texts();
        long changed = now.size() == old.size()
                ? IntStream.range(0, old.size()).filter(i -> !now.get(i).equals(old.get(i))).count()
                : Math.min(old.size(), 1);
        for (long i = 0; i < changed; i++) {
            ranges.forbidden("node updates may not change podCIDR except from \"\" to valid");
        }
    }

    private static void taints(Field now) {
        Set<String> seen = new HashSet<>();
        for (Field taint : now.at("spec", "taints").items()) {
            Field told = taint.as(taint.path().replaceFirst("^spec", "metadata"));
            told.at("key").named(NameRules::qualifiedName);
            List<String> problems = NameRules.labelValue(told.at("value").text());
            if (!problems.isEmpty()) {
                told.at("value").invalid(String.join(";", problems));
            }
            if (told.at("effect").mustBeSet("")) {
                told.at("effect").oneOf("NoSchedule", "PreferNoSchedule", "NoExecute");
            }
            if (!seen.add(taint.at("key").text() + " " + taint.at("effect").text())) {
                told.duplicate(told.value(), "taints must be unique by key and effect pair");
            }
        }
    }

    private static void amounts(Field now) {
        for (String of : List.of("capacity", "allocatable")) {
            Field amounts = now.at("status", of);
            amounts.value().propertyNames().forEach(name -> Amounts.whole(amounts.at(name), name));
        }
    }

    /** Each is told to be in the wrong place before it is told to have a wrong name. */
    private static void features(Field now) {
        List<Field> features = now.at("status", "declaredFeatures").items();
        for (int i = 0; i < features.size(); i++) {
            Field feature = features.get(i);
            int order = i == 0 ? -1 : features.get(i - 1).text().compareTo(feature.text());
            if (order == 0) {
                feature.duplicate();
            } else if (order > 0) {
                feature.invalid("list must be sorted alphabetically");
            }
            String problem = featureProblem(feature.text());
            if (!problem.isEmpty()) {
                feature.invalid("invalid feature name \"" + feature.text() + "\": " + problem);
            }
        }
    }

    private static String featureProblem(String name) {
        if (name.length() > LONGEST_FEATURE) {
            return "must be no more than " + LONGEST_FEATURE + " characters";
        }
        return FEATURE.matcher(name).matches()
                ? ""
                : "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature"
                        + " or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
    }

    private static void ranges(Field now) {
        Field ranges = now.at("spec", "podCIDRs");
        ranges.items().forEach(range -> range.named(Addresses::cidr));
        if (ranges.items().size() < 2) {
            return;
        }
        int fours = 0;
        int index = 0;
        for (Field each : ranges.items()) {
            Addresses.Range range = Addresses.range(each.text());
            if (range == null) {
                ranges.internal("invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[" + index
                        + "]: <nil> (invalid CIDR address: " + each.text() + ")");
                fours = 0;
                break;
            }
            fours += range.address().length == 4 ? 1 : 0;
            index++;
        }
        if (ranges.items().size() > 2 || fours != 1) {
            ranges.invalid("may specify no more than one CIDR for each IP family");
        }
    }
}
