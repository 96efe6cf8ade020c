package dev.windlass.examples.website;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * One redirect.
 *
 * @param from path that visitors ask for
 * @param to where they are sent
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RedirectSpec(String from, String to) {
}
