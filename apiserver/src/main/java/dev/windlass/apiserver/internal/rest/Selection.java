package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.kind.FieldSelector;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import dev.windlass.apiserver.internal.store.Stored;

/** Which objects of a resource a list, a watch or a delete of many is about. An empty namespace or name stands for all. */
record Selection(String namespace, String name, LabelSelector labels, FieldSelector fields) {

    static Selection of(Target target, LabelSelector labels, FieldSelector fields) {
        String named = fields.required("metadata.name");
        StorageKeys.check(target.type(), target.namespace(), named == null ? "" : named);
        return new Selection(target.namespace(), target.name(), labels, fields);
    }

    boolean matches(Stored object) {
        return (namespace.isEmpty() || namespace.equals(object.namespace()))
                && (name.isEmpty() || name.equals(object.name()))
                && labels.matches(object::label) && fields.matches(object::field);
    }

    /** Whether it takes everything in its namespace. */
    boolean isWhole() {
        return name.isEmpty() && labels.isEmpty() && fields.isEmpty();
    }
}
