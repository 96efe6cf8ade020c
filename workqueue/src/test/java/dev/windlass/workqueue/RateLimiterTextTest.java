package dev.windlass.workqueue;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
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

    @Test
    void aLimitOfManyCenturiesIsOneAllTheSame() {
        WorkQueue<String> queue = WorkQueue.<String>builder("patient").rateLimiter(RateLimiter.parse("5ms..999999999h"))
                .build();
        queue.rateLimiter(RateLimiter.parse("999999998h..999999999h+0.001/s:1"));
        queue.add("a");
        Item<String> item = Objects.requireNonNull(queue.poll());
        assertThat(queue.retry(item)).isTrue();
        assertThat(queue.sizes()).isEqualTo(new QueueSizes(0, 1, 0, 0, 0));
        queue.addAfter("b", Duration.ofHours(1));
        assertThat(queue.snapshot().delayed()).extracting(QueuedItem::key).containsExactly("b", "a");
        WorkQueue.<String>builder("timeless").ageing(ChronoUnit.FOREVER.getDuration())
                .rateLimiter(RateLimiter.exponential(Duration.ofMillis(5), ChronoUnit.FOREVER.getDuration())).build();
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
