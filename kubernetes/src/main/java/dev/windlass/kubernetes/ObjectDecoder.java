package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;

/** Makes objects of one Java class from stored bytes: a new one on each call. Thread-safe. */
final class ObjectDecoder<T extends HasMetadata> {

    /** Kept while it is used. */
    @SuppressWarnings("unused")
    private final Serialization serialization;
    private final ResourceType<T> resource;
    private final ObjectReader reader;
    private final ObjectReader metaReader;

    ObjectDecoder(Serialization serialization, ResourceType<T> resource) {
        ObjectMapper mapper = serialization.mapper();
        this.serialization = serialization;
        this.resource = resource;
        this.reader = mapper.readerFor(resource.type());
        this.metaReader = mapper.readerFor(ObjectMeta.class);
    }

    T decode(StoredObject stored) {
        try {
            return decode(stored.json());
        } catch (JacksonException e) {
            throw new IllegalStateException(resource.resource() + " " + stored.key() + " cannot be read as "
                    + resource.type().getName() + ": " + e.getOriginalMessage()
                    + "; make the class match the server's schema", e);
        }
    }

    T decode(byte[] json) {
        T object = reader.readValue(json);
        // A server leaves both out of the items of a list of a built-in kind.
        if (object instanceof GenericKubernetesResource generic && generic.getKind() == null) {
            generic.setKind(resource.kind());
            generic.setApiVersion(resource.apiVersion());
        }
        return object;
    }

    ObjectMeta metadata(StoredObject stored) {
        try (JsonParser parser = reader.createParser(stored.json())) {
            if (enter(parser, "metadata")) {
                return metaReader.readValue(parser);
            }
        }
        return new ObjectMeta();
    }

    Map<String, String> labels(StoredObject stored) {
        Map<String, String> labels = new HashMap<>();
        try (JsonParser parser = reader.createParser(stored.json())) {
            if (enter(parser, "metadata") && enterHere(parser, "labels")) {
                String label;
                while ((label = parser.nextName()) != null) {
                    parser.nextToken();
                    labels.put(label, parser.getString());
                }
            }
        }
        return labels;
    }

    private static boolean enter(JsonParser parser, String field) {
        return parser.nextToken() == JsonToken.START_OBJECT && enterHere(parser, field);
    }

    /** Moves from inside an object to the start of a field's object; false when there is none. */
    private static boolean enterHere(JsonParser parser, String field) {
        String name;
        while ((name = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            if (name.equals(field) && value == JsonToken.START_OBJECT) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }
}
