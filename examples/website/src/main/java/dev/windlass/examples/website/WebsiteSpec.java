package dev.windlass.examples.website;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a website is to be.
 *
 * @param title name of the site, for people
 * @param pages content of each page by its path, without the leading slash
 * @param replicas how many servers share the load; the API server fills in 1
 * @param image the web server; the API server fills in one
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record WebsiteSpec(String title, Map<String, String> pages, @Nullable Integer replicas, @Nullable String image) {
}
