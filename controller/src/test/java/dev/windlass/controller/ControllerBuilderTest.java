package dev.windlass.controller;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ControllerBuilderTest {

    private static Controller.Builder<ConfigMap> builder() {
        return Controller.builder(ConfigMap.class).reconciler((request, context) -> Result.done());
    }

    @Test
    void whatCannotWorkIsRefusedWhenItIsBuilt() {
        assertThatThrownBy(() -> Controller.builder(ConfigMap.class).build()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reconciler");
        assertThatThrownBy(() -> builder().workers(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().named("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().named("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().owns(Secret.class).owns(Secret.class))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().syncTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Result.requeueAfter(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itIsCalledLikeItsKindUnlessToldOtherwise() {
        assertThat(builder().build().spec().name()).isEqualTo("controller/configmap");
        assertThat(builder().named("settings").build().spec().name()).isEqualTo("controller/settings");
        assertThat(builder().workers(7).build().toBuilder().named("other").build().workers()).isEqualTo(7);
    }

    @Test
    void withoutAnyClusterItIsReadyAndStops() throws InterruptedException {
        try (Manager manager = Manager.create()) {
            manager.start();
            ControllerHandle<ConfigMap> handle = manager.add(builder().build());
            handle.ready().await(Duration.ofSeconds(20));
            assertThat(handle.stop().await(Duration.ofSeconds(20)).leftovers()).isEmpty();
            assertThat(handle.state()).isEqualTo(UnitState.STOPPED);
            assertThat(handle.engagements()).isEmpty();
        }
    }
}
