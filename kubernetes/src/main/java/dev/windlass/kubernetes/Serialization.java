package dev.windlass.kubernetes;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.ObjectMapper;

/**
 * How objects become bytes and back: one of its own for each manager, since it remembers the classes it has seen.
 *
 * @param kubernetes fabric8's view of it
 * @param mapper what fabric8 configured
 * @param json for reading tokens without objects
 */
record Serialization(KubernetesSerialization kubernetes, ObjectMapper mapper, JsonFactory json) {

    static Serialization create() {
        Capturing capturing = new Capturing();
        return new Serialization(capturing, Objects.requireNonNull(capturing.configured),
                JsonFactory.builder().build());
    }

    /** fabric8 keeps the mapper that it configures to itself. */
    private static final class Capturing extends KubernetesSerialization {

        /** Set by the constructor of the super class: an initializer here would undo it. */
        private @Nullable ObjectMapper configured;

        @Override
        protected ObjectMapper configureMapper(ObjectMapper mapper) {
            ObjectMapper result = super.configureMapper(mapper);
            configured = result;
            return result;
        }
    }
}
