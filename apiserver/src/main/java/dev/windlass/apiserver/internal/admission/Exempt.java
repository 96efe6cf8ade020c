package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import java.util.Map;
import java.util.Set;

/** What nobody is asked about. Stateless. */
public final class Exempt {
    private static final String CONFIGURATIONS = "admissionregistration.k8s.io";
    private static final Map<String, Set<String>> REVIEWS = Map.of("authentication.k8s.io",
            Set.of("selfsubjectreviews", "tokenreviews"), "authorization.k8s.io",
            Set.of("localsubjectaccessreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews",
                    "subjectaccessreviews"));

    private Exempt() {
    }

    /** Whether it is a question about users or access: a cluster in which these are refused may not recover. */
    public static boolean isReview(String group, String resource) {
        return REVIEWS.getOrDefault(group, Set.of()).contains(resource);
    }

    /** Whether it is a policy or what puts one to use. */
    public static boolean isPolicy(String group, String resource) {
        return group.equals(CONFIGURATIONS) && resource.contains("admissionpolic");
    }

    /** Whoever configures admission must not be kept from it by it. */
    static boolean is(AdmissionRequest request) {
        String group = request.type().group();
        return group.equals(CONFIGURATIONS) || isReview(group, request.type().plural());
    }
}
