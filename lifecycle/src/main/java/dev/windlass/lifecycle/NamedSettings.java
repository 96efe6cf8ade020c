package dev.windlass.lifecycle;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Settings as somebody outside gives them, by name.
 *
 * @param common what every unit has, as a change of its specification
 * @param own the others, which the kind of the unit must know
 */
record NamedSettings(UnaryOperator<RunnableSpec.Builder> common, Map<String, String> own) {

    static final String NAMES = "priority, required, label.NAME";
    private static final String LABEL = "label.";

    /** @throws IllegalArgumentException when one that every unit has gets a value that it cannot have, or there are none */
    static NamedSettings of(Map<String, String> settings) {
        if (settings.isEmpty()) {
            throw new IllegalArgumentException("no settings: say which, for example priority=critical");
        }
        UnaryOperator<RunnableSpec.Builder> common = builder -> builder;
        Map<String, String> own = new LinkedHashMap<>();
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            String name = setting.getKey();
            String value = setting.getValue();
            UnaryOperator<RunnableSpec.Builder> before = common;
            if (name.equals("priority")) {
                PriorityClass priority = priority(value);
                common = builder -> before.apply(builder).priority(priority);
            } else if (name.equals("required")) {
                boolean required = required(value);
                common = builder -> before.apply(builder).required(required);
            } else if (name.startsWith(LABEL) && name.length() > LABEL.length()) {
                String label = name.substring(LABEL.length());
                common = builder -> value.isEmpty()
                        ? before.apply(builder).withoutLabel(label)
                        : before.apply(builder).label(label, value);
            } else {
                own.put(name, value);
            }
        }
        return new NamedSettings(common, own);
    }

    private static PriorityClass priority(String text) {
        for (PriorityClass priority : PriorityClass.values()) {
            if (priority.name().equalsIgnoreCase(text.replace('-', '_'))) {
                return priority;
            }
        }
        throw new IllegalArgumentException("priority \"%s\": use one of %s".formatted(text,
                Arrays.stream(PriorityClass.values())
                        .map(priority -> priority.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .collect(Collectors.joining(", "))));
    }

    private static boolean required(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("required \"%s\": use true or false".formatted(text));
        };
    }
}
