package dev.windlass.apiserver.internal.protobuf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a message consists of. Immutable. */
final class Message {
    /** How often a field may come: once, several times, or as the entries of a map from strings. */
    enum Repetition {
        ONCE, LIST, MAP
    }

    /**
     * One field.
     *
     * @param name
     *            in JSON; {@link #INLINE} or {@link #ALL} when it has none there
     * @param pointer
     *            empty is something else than missing
     * @param type
     *            a scalar, or the name of a message
     */
    record Field(int number, String name, boolean pointer, Repetition repetition, String type) {
        /** The fields of a message stand beside those of the message that it is in. */
        static final String INLINE = ".";
        /** The message is nothing but this field. */
        static final String ALL = "=";

        static Field parse(String text) {
            String[] words = text.split(" ", -1);
            boolean pointer = false;
            Repetition repetition = Repetition.ONCE;
            for (int i = 2; i < words.length - 1; i++) {
                switch (words[i]) {
                    case "*" -> pointer = true;
                    case "list" -> repetition = Repetition.LIST;
                    case "map" -> repetition = Repetition.MAP;
                    default -> throw new IllegalStateException("unknown word in the field \"" + text + "\"");
                }
            }
            return new Field(Integer.parseInt(words[0]), words[1], pointer, repetition, words[words.length - 1]);
        }

        boolean inline() {
            return name.equals(INLINE);
        }

        boolean isMessage() {
            return type.startsWith("io.k8s.");
        }

        /** How its values are encoded, where they do not come packed. */
        int wireType() {
            if (repetition == Repetition.MAP) {
                return Wire.BYTES;
            }
            return switch (type) {
                case "int32", "int64", "bool" -> Wire.VARINT;
                case "double" -> Wire.FIXED64;
                default -> Wire.BYTES;
            };
        }
    }

    private final String name;
    private final List<Field> fields;
    private final Map<Integer, Field> byNumber = new HashMap<>();
    private final @Nullable Fold fold;

    Message(String name, List<Field> fields) {
        this.name = name;
        this.fields = new ArrayList<>(fields);
        this.fields.sort(Comparator.comparingInt(Field::number));
        fields.forEach(field -> byNumber.put(field.number(), field));
        this.fold = Folds.of(name);
    }

    /** What Go calls it. */
    String shortName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** In the order of their numbers. */
    List<Field> fields() {
        return fields;
    }

    @Nullable
    Field field(int number) {
        return byNumber.get(number);
    }

    /** What makes JSON of it; null when it is an object there too. */
    @Nullable
    Fold fold() {
        return fold;
    }

    /** Whether JSON has its only field in its place. */
    boolean isOneField() {
        return fields.size() == 1 && fields.getFirst().name().equals(Field.ALL);
    }
}
