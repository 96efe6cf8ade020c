package dev.windlass.kubernetes;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.ObjectMapper;

/**
 * How objects become bytes and back, see {@link Serializations}: it remembers the classes it has seen.
 *
 * @param loader whose classes it is for; null for those that everybody finds
 * @param kubernetes fabric8's view of it
 * @param mapper what fabric8 configured
 * @param json for reading tokens without objects
 */
record Serialization(@Nullable ClassLoader loader, KubernetesSerialization kubernetes, ObjectMapper mapper,
        JsonFactory json) {

    /** @param loader finds the kinds that fabric8 knows by name, and the classes that it is for */
    static Serialization create(@Nullable ClassLoader loader) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Capturing capturing = new Capturing();
            return new Serialization(loader, capturing, Objects.requireNonNull(capturing.configured),
                    JsonFactory.builder().build());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Whether it is for the classes of a loader too: of its own, those above that, and those that the host itself is made of. */
    boolean covers(@Nullable ClassLoader asked) {
        return asked == null || isAbove(asked, loader) || isAbove(asked, Serialization.class.getClassLoader());
    }

    private static boolean isAbove(ClassLoader asked, @Nullable ClassLoader from) {
        for (ClassLoader at = from; at != null; at = at.getParent()) {
            if (at.equals(asked)) {
                return true;
            }
        }
        return false;
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
