package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.auth.ServiceAccounts;
import dev.windlass.apiserver.internal.auth.User;

/** Asks what somebody may do, as expressions see it. Immutable. */
record Access(Authorizer authorizer, User user) {

    Access ofServiceAccount(String namespace, String name) {
        return new Access(authorizer, ServiceAccounts.user(namespace, name));
    }

    ToGroup group(String group) {
        return new ToGroup(this, group);
    }

    ToPath path(String path) {
        return new ToPath(this, path);
    }

    /** To resources of a group. */
    record ToGroup(Access access, String group) {
        ToResource resource(String resource) {
            return new ToResource(access, group, resource, "", "", "");
        }
    }

    /** To what is no resource. */
    record ToPath(Access access, String path) {
        Authorizer.Decision check(String verb) {
            return access.authorizer().decide(access.user(), RequestInfo.ofPath(path, verb));
        }
    }

    /** To a resource. Selectors do not come in: roles know none. */
    record ToResource(Access access, String group, String resource, String subresource, String namespace,
            String name) {
        ToResource withSubresource(String newSubresource) {
            return new ToResource(access, group, resource, newSubresource, namespace, name);
        }

        ToResource withNamespace(String newNamespace) {
            return new ToResource(access, group, resource, subresource, newNamespace, name);
        }

        ToResource withName(String newName) {
            return new ToResource(access, group, resource, subresource, namespace, newName);
        }

        Authorizer.Decision check(String verb) {
            return access.authorizer().decide(access.user(),
                    new RequestInfo(true, "", verb, group, "*", namespace, resource, subresource, name));
        }
    }
}
