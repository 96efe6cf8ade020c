package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Annotations of pods and templates that mean something, and must not say something else than fields. Stateless. */
final class PodAnnotationChecks {
    static final String MIRROR = "kubernetes.io/config.mirror";
    static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
    static final String SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
    static final String SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
    private static final List<String> SECCOMP = List.of("runtime/default", "docker/default", "unconfined");
    private static final String LOCAL = "localhost/";

    private PodAnnotationChecks() {
    }

    static void keys(Field annotations) {
        for (String key : annotations.value().propertyNames()) {
            NameRules.qualifiedName(key.toLowerCase(Locale.ROOT)).forEach(each -> annotations.invalid(key, each));
        }
    }

    static void meaning(Field annotations, Field spec) {
        if (annotations.at(MIRROR).isSet() && spec.at("nodeName").isEmpty()) {
            annotations.key(MIRROR).invalid("must set spec.nodeName if mirror pod annotation is set");
        }
        Field cost = annotations.key(DELETION_COST);
        if (cost.isSet() && !isCost(cost.text())) {
            cost.invalid("must be a 32bit integer");
        }
        if (annotations.at(SECCOMP_POD).isSet()) {
            seccomp(annotations.at(SECCOMP_POD));
        }
        for (Map.Entry<String, JsonNode> annotation : annotations.value().properties()) {
            if (annotation.getKey().startsWith(SECCOMP_CONTAINER)) {
                seccomp(annotations.at(annotation.getKey()));
            }
        }
        for (Map.Entry<String, JsonNode> annotation : annotations.value().properties()) {
            if (annotation.getKey().startsWith(APP_ARMOR)) {
                appArmor(annotations.key(annotation.getKey()), annotation.getKey().substring(APP_ARMOR.length()),
                        spec);
            }
        }
    }

    private static boolean isCost(String text) {
        if (!text.matches("-?(0|[1-9]\\d{0,9})")) {
            return false;
        }
        long cost = Long.parseLong(text);
        return cost >= Integer.MIN_VALUE && cost <= Integer.MAX_VALUE;
    }

    private static void seccomp(Field annotation) {
        String text = annotation.text();
        if (text.startsWith(LOCAL)) {
            PathChecks.descending(annotation.with(Json.object().stringNode(text.substring(LOCAL.length()))));
        } else if (!SECCOMP.contains(text)) {
            annotation.invalid("must be a valid seccomp profile");
        }
    }

    private static void appArmor(Field annotation, String container, Field spec) {
        if (PodScope.containers(spec).stream().noneMatch(each -> each.at("name").text().equals(container))) {
            annotation.invalid(container, "container not found");
        }
        String profile = annotation.text();
        if (!List.of("", "runtime/default", "unconfined").contains(profile) && !profile.startsWith(LOCAL)) {
            annotation.invalid("invalid AppArmor profile name: "
                    + GoText.quoted(profile));
        }
    }

    /** Where both say something, they say the same. */
    static void sameAsFields(Field annotations, Field spec) {
        Field ofPod = spec.at("securityContext", "seccompProfile");
        same(annotations.at(SECCOMP_POD), ofPod, ofPod.path(), "seccomp");
        for (Field container : PodScope.containers(spec)) {
            Field own = container.at("securityContext", "seccompProfile");
            same(annotations.at(SECCOMP_CONTAINER + container.at("name").text()), own, own.path(), "seccomp");
        }
        if (spec.at("os", "name").text().equals("windows")) {
            return;
        }
        for (Field container : PodScope.containers(spec)) {
            Field own = container.at("securityContext", "appArmorProfile");
            same(annotations.at(APP_ARMOR + container.at("name").text()),
                    own.isSet() ? own : spec.at("securityContext", "appArmorProfile"), own.path(), "apparmor");
        }
    }

    private static void same(Field annotation, Field profile, String path, String what) {
        if (!annotation.isSet() || !profile.isSet()) {
            return;
        }
        String said = annotation.text();
        boolean sameType = switch (profile.at("type").text()) {
            case "Unconfined" -> said.equals("unconfined");
            case "RuntimeDefault" ->
                said.equals("runtime/default") || (what.equals("seccomp") && said.equals("docker/default"));
            case "Localhost" -> said.startsWith(LOCAL);
            default -> true;
        };
        if (!sameType) {
            profile.as(path + ".type").forbidden(what + " type in annotation and field must match");
        } else if (profile.at("type").text().equals("Localhost")
                && !said.substring(LOCAL.length()).equals(profile.at("localhostProfile").text())) {
            profile.as(path + ".localhostProfile").forbidden(what + " profile in annotation and field must match");
        }
    }
}
