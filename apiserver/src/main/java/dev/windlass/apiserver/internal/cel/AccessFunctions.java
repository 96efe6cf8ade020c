package dev.windlass.apiserver.internal.cel;

import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.List;

/** What Kubernetes adds to the language for asking what somebody may do. */
final class AccessFunctions extends Functions {
    AccessFunctions() {
        questions();
        decisions();
    }

    private void questions() {
        var string = SimpleType.STRING;
        member("path", "authorizer_path", Types.TO_PATH,
                args -> ((Access) args[0]).path(given(args[1], "path")), Types.ACCESS, string);
        member("group", "authorizer_group", Types.TO_GROUP, args -> ((Access) args[0]).group((String) args[1]),
                Types.ACCESS, string);
        member("serviceAccount", "authorizer_serviceaccount", Types.ACCESS,
                args -> serviceAccount((Access) args[0], (String) args[1], (String) args[2]), Types.ACCESS, string,
                string);
        member("resource", "groupcheck_resource", Types.TO_RESOURCE,
                args -> ((Access.ToGroup) args[0]).resource(given(args[1], "resource")), Types.TO_GROUP, string);
        member("subresource", "resourcecheck_subresource", Types.TO_RESOURCE,
                args -> resource(args).withSubresource((String) args[1]), Types.TO_RESOURCE, string);
        member("namespace", "resourcecheck_namespace", Types.TO_RESOURCE,
                args -> resource(args).withNamespace((String) args[1]), Types.TO_RESOURCE, string);
        member("name", "resourcecheck_name", Types.TO_RESOURCE, args -> resource(args).withName((String) args[1]),
                Types.TO_RESOURCE, string);
        member("fieldSelector", "authorizer_fieldselector", Types.TO_RESOURCE, AccessFunctions::resource,
                Types.TO_RESOURCE, string);
        member("labelSelector", "authorizer_labelselector", Types.TO_RESOURCE, AccessFunctions::resource,
                Types.TO_RESOURCE, string);
        member("check", "pathcheck_check", Types.DECISION,
                args -> ((Access.ToPath) args[0]).check((String) args[1]), Types.TO_PATH, string);
        member("check", "resourcecheck_check", Types.DECISION, args -> resource(args).check((String) args[1]),
                Types.TO_RESOURCE, string);
    }

    private void decisions() {
        member("allowed", "decision_allowed", SimpleType.BOOL, args -> ((Authorizer.Decision) args[0]).allowed(),
                Types.DECISION);
        member("reason", "decision_reason", SimpleType.STRING, args -> ((Authorizer.Decision) args[0]).reason(),
                Types.DECISION);
        // What goes wrong with roles is told as a reason: nobody is asked who could fail.
        member("errored", "decision_errored", SimpleType.BOOL, _ -> false, Types.DECISION);
        member("error", "decision_error", SimpleType.STRING, _ -> "", Types.DECISION);
    }

    private static Access.ToResource resource(Object[] args) {
        return (Access.ToResource) args[0];
    }

    private static String given(Object text, String what) throws CelEvaluationException {
        if (((String) text).isBlank()) {
            throw new CelEvaluationException(what + " must not be empty");
        }
        return (String) text;
    }

    private static Access serviceAccount(Access access, String namespace, String name) throws CelEvaluationException {
        check(NameRules.subdomain(name), "Invalid service account name");
        check(NameRules.label(namespace), "Invalid service account namespace");
        return access.ofServiceAccount(namespace, name);
    }

    private static void check(List<String> problems, String message) throws CelEvaluationException {
        if (!problems.isEmpty()) {
            throw new CelEvaluationException(message);
        }
    }
}
