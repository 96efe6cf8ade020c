package dev.windlass.hot;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is wanted. */
public record WidgetSpec(@JsonProperty("size") int size) {
}
