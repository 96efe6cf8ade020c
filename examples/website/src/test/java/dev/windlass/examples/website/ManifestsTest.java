package dev.windlass.examples.website;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ManifestsTest {

    @Test
    void definitionsBelongToTheClasses() {
        assertThat(Manifests.definitions()).hasSize(2)
                .allSatisfy(object -> assertThat(object).isInstanceOf(CustomResourceDefinition.class))
                .extracting(object -> object.getMetadata().getName())
                .containsExactlyInAnyOrder(new Website().getFullResourceName(), new Redirect().getFullResourceName());
    }

    @ParameterizedTest
    @ValueSource(strings = {"north", "south"})
    void eachClusterHasWebsitesAndRedirectsThatTheClassesCanRead(String cluster) {
        List<HasMetadata> objects = Manifests.of(cluster);
        assertThat(objects).hasOnlyElementsOfTypes(Website.class, Redirect.class);
        assertThat(objects).filteredOn(Website.class::isInstance).hasSizeGreaterThanOrEqualTo(10)
                .allSatisfy(site -> assertThat(((Website) site).getSpec().pages()).containsKey("index.html"));
        assertThat(objects).filteredOn(Redirect.class::isInstance).hasSize(5)
                .allSatisfy(redirect -> assertThat(((Redirect) redirect).getSpec().from()).startsWith("/"));
        assertThat(objects).extracting(object -> object.getKind() + object.getMetadata().getName())
                .doesNotHaveDuplicates();
    }

    @Test
    void anUnknownClusterIsRefused() {
        assertThatThrownBy(() -> Manifests.of("west")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("west", "north", "south");
    }
}
