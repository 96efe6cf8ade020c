package dev.windlass.server;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ShortDurationTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "20s,PT20S", "1m30s,PT1M30S", "1.5h,PT1H30M", "2d,PT48H", "0,PT0S"})
    void readsWhatKubernetesToolsRead(String text, Duration expected) {
        assertThat(ShortDuration.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "20", "s", "-5s", "5 s", "5s!", "1e9s"})
    void refusesAnythingElseAndQuotesIt(String text) {
        assertThatThrownBy(() -> ShortDuration.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"");
    }

    @Test
    void showsOnlyWhatMatters() {
        assertThat(ShortDuration.format(Duration.ofMillis(900))).isEqualTo("0s");
        assertThat(ShortDuration.format(Duration.ofSeconds(119))).isEqualTo("119s");
        assertThat(ShortDuration.format(Duration.ofSeconds(200))).isEqualTo("3m20s");
        assertThat(ShortDuration.format(Duration.ofMinutes(45))).isEqualTo("45m");
        assertThat(ShortDuration.format(Duration.ofHours(30))).isEqualTo("30h");
        assertThat(ShortDuration.format(Duration.ofDays(5))).isEqualTo("5d");
    }
}
