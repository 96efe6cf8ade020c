package dev.windlass.hot;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is there. */
public record WidgetStatus(@JsonProperty("size") int size, @JsonProperty("by") String by) {
}
