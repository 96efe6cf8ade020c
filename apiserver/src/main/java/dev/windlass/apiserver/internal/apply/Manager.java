package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.GoText;

/**
 * Who manages fields, and how: two entries with the same manager are the same one.
 *
 * @param operation
 *            Apply or Update
 * @param subresource
 *            empty for the object itself
 */
record Manager(String name, String operation, String apiVersion, String subresource) {
    static final String APPLY = "Apply";
    static final String UPDATE = "Update";

    boolean applies() {
        return operation.equals(APPLY);
    }

    /** The same one in another version of the API. */
    Manager in(String other) {
        return new Manager(name, operation, other, subresource);
    }

    /** By which the real server knows and sorts managers. */
    String identifier() {
        return "{\"manager\":" + GoText.quoted(name) + ",\"operation\":\"" + operation + "\""
                + (applies() ? "" : ",\"apiVersion\":" + GoText.quoted(apiVersion))
                + (subresource.isEmpty() ? "" : ",\"subresource\":" + GoText.quoted(subresource)) + "}";
    }

    /** As it is told in a conflict. */
    String described() {
        String who = GoText.quoted(name)
                + (subresource.isEmpty() ? "" : " with subresource " + GoText.quoted(subresource));
        if (applies()) {
            return who;
        }
        return who + " using " + apiVersion;
    }
}
