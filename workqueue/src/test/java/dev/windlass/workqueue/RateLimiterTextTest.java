package dev.windlass.workqueue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RateLimiterTextTest {

    @Test
    void readsWhatPeopleWrite() {
        assertThat(RateLimiter.parse("5ms..1000s")).isEqualTo(RateLimiter.exponential());
        assertThat(RateLimiter.parse("2m..3h"))
                .isEqualTo(RateLimiter.exponential(Duration.ofMinutes(2), Duration.ofHours(3)));
        assertThat(RateLimiter.parse("0.5/s:7")).isEqualTo(RateLimiter.tokenBucket(0.5, 7));
        assertThat(RateLimiter.parse("5ms..1000s + 10/s:100"))
                .isEqualTo(RateLimiter.maxOf(RateLimiter.exponential(), RateLimiter.tokenBucket(10, 100)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5ms", "5..10", "5ms..1000s+", "10/s", "10:100", "-1ms..2s", "9999999999ms..1h"})
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> RateLimiter.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5ms..1000s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0ms..1s", "2s..1s", "0/s:1", "1/s:0"})
    void refusesWhatCannotBe(String text) {
        assertThatThrownBy(() -> RateLimiter.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("positive");
    }
}
