package dev.windlass.examples.website;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a website is.
 *
 * @param observedGeneration the generation of the spec that this speaks of
 * @param pages how many pages are published
 * @param conditions {@code Ready}: all children are as the spec wants them
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record WebsiteStatus(@Nullable Long observedGeneration, @Nullable Integer pages,
        @Nullable List<Condition> conditions) {
}
