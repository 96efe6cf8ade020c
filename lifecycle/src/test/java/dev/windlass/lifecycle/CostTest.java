package dev.windlass.lifecycle;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.windlass.lifecycle.CostDimension.API_REQUESTS_PER_SECOND;
import static dev.windlass.lifecycle.CostDimension.CACHED_BYTES;
import static dev.windlass.lifecycle.CostDimension.CONCURRENCY;
import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The values in which a quota is written: costs, limits, and the texts that mean them. */
class CostTest {

    @Test
    void costsAddUpPerDimensionAndNeverFallBelowNothing() {
        Cost controller = Cost.of(WATCHES, 3).and(CONCURRENCY, 4);
        assertThat(controller.plus(Cost.of(WATCHES, 2))).isEqualTo(Cost.of(CONCURRENCY, 4).and(WATCHES, 5));
        assertThat(controller.minus(Cost.of(WATCHES, 5))).isEqualTo(Cost.of(CONCURRENCY, 4));
        assertThat(controller.minus(controller)).isEqualTo(Cost.none()).matches(Cost::isNone);
        assertThat(controller.atMost(Cost.of(WATCHES, 1).and(CACHED_BYTES, 9))).isEqualTo(Cost.of(WATCHES, 1));
        assertThat(controller).hasToString("watches=3, concurrency=4").hasSameHashCodeAs(
                Cost.of(CONCURRENCY, 4).and(WATCHES, 3));
        assertThat(Cost.none()).hasToString("nothing").isEqualTo(Cost.of(WATCHES, 0));
    }

    @Test
    void theLargestCostsCanBeAddedUpAMillionTimes() {
        Cost largest = Cost.of(CACHED_BYTES, 1_000_000_000_000L);
        Cost thousand = Cost.none();
        for (int i = 0; i < 1000; i++) {
            thousand = thousand.plus(largest);
        }
        Cost million = Cost.none();
        for (int i = 0; i < 1000; i++) {
            million = million.plus(thousand);
        }
        assertThat(million.in(CACHED_BYTES)).isEqualTo(1_000_000_000_000_000_000L);
    }

    @Test
    void costsAndLimitsAreNoNegativeNumbers() {
        assertThatThrownBy(() -> Cost.of(WATCHES, -1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cost watches is -1: it must be between 0 and 1000000000000");
        assertThatThrownBy(() -> Cost.none().and(WATCHES, Long.MAX_VALUE)).hasMessageContaining("cost watches is");
        assertThatThrownBy(() -> Limits.of(WATCHES, -40)).hasMessageContaining("limit watches is -40");
    }

    @Test
    void limitsAreReadAsTheyAreWritten() {
        Limits limits = Limits.of(WATCHES, 40).and(CONCURRENCY, 16).and(API_REQUESTS_PER_SECOND, 0);
        assertThat(limits).hasToString("watches=40, concurrency=16, api-requests-per-second=0");
        assertThat(Limits.parse(limits.toString())).isEqualTo(limits).hasSameHashCodeAs(limits);
        assertThat(Limits.parse("none")).isEqualTo(Limits.none()).hasToString("none");
        assertThat(Limits.parse("Watches = 40\nconcurrency=16 api-requests-per-second=0,")).isEqualTo(limits);
        assertThat(Limits.parse("cached-bytes=64Mi").limit(CACHED_BYTES)).hasValue(64L << 20);
        assertThat(limits.parseOver("watches=none, concurrency=2Ki"))
                .hasToString("concurrency=2048, api-requests-per-second=0");
        assertThat(limits.without(WATCHES).limit(WATCHES)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "watchs=40 | unknown dimension \"watchs\": did you mean watches?",
            "threads=4 | unknown dimension \"threads\": did you mean platform-threads?",
            "PLATFORM_THREAD=4 | unknown dimension \"PLATFORM_THREAD\": did you mean platform-threads?",
            "cpu=4 | unknown dimension \"cpu\": use watches, connections, platform-threads, concurrency,",
            "watches | limit \"watches\" has no \"=\": write dimension=number, for example watches=40",
            "watches=many | limit \"watches=many\": \"many\" is not a whole number",
            "watches=4.5 | limit \"watches=4.5\": \"4.5\" is not a whole number",
            "watches= | limit \"watches=\": \"\" is not a whole number",
            "watches=9999999999Gi | \"9999999999Gi\" is not a whole number",
            "watches=-1 | limit watches is -1: it must be between 0 and",
            "watches=1, watches=2 | watches is limited twice: keep one entry",
            "' ' | no limits are given: write dimension=number, for example watches=40, or none to take all away",
            "=4 | unknown dimension \"\": use watches,"})
    void aTextWithAMistakeIsRefusedAndNamesIt(String text, String message) {
        assertThatThrownBy(() -> Limits.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @EnumSource
    void everyDimensionIsFoundByItsKey(CostDimension dimension) {
        assertThat(CostDimension.parse(dimension.key())).isEqualTo(dimension);
        assertThat(Limits.parse(dimension.key() + "=7").limit(dimension)).hasValue(7);
    }

    @Test
    void aSpecificationKeepsPriorityCostAndLimits() {
        RunnableSpec plain = RunnableSpec.named("plain");
        assertThat(List.of(plain.priority(), plain.cost(), plain.limits()))
                .containsExactly(PriorityClass.NORMAL, Cost.none(), Limits.none());
        RunnableSpec spec = RunnableSpec.builder("batch").priority(PriorityClass.BATCH).cost(Cost.of(WATCHES, 3))
                .limits(Limits.of(WATCHES, 9)).build().toBuilder().build();
        assertThat(List.of(spec.priority(), spec.cost(), spec.limits()))
                .containsExactly(PriorityClass.BATCH, Cost.of(WATCHES, 3), Limits.of(WATCHES, 9));
        assertThat(PriorityClass.CRITICAL.outranks(PriorityClass.NORMAL)).isTrue();
        assertThat(PriorityClass.NORMAL.outranks(PriorityClass.NORMAL)).isFalse();
    }
}
