package dev.windlass.workqueue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WorkQueueTest {

    private final VirtualTime time = new VirtualTime();
    private final WorkQueue<String> queue = WorkQueue.<String>builder("q").time(time).build();

    private Item<String> next() {
        return requireNonNull(queue.poll(), "nothing is ready");
    }

    private List<String> drain(WorkQueue<String> from) {
        List<String> keys = new ArrayList<>();
        for (@Nullable
        Item<String> item = from.poll(); item != null; item = from.poll()) {
            keys.add(item.key());
            from.done(item);
        }
        return keys;
    }

    @Nested
    class DeDuplication {

        @Test
        void aKeyIsQueuedOnceHoweverOftenItIsAdded() {
            queue.add("a");
            queue.add("a");
            queue.add("a", 0);
            assertThat(drain(queue)).containsExactly("a");
        }

        @Test
        void aKeyIsNotHandedOutWhileItIsProcessed() {
            queue.add("a");
            Item<String> first = next();
            queue.add("a");
            assertThat(queue.poll()).isNull();
            assertThat(queue.sizes()).isEqualTo(new QueueSizes(0, 0, 1, 1, 0));
            queue.done(first);
            assertThat(drain(queue)).containsExactly("a");
        }

        @Test
        void addsWhileProcessingMakeOneMoreRun() {
            queue.add("a");
            Item<String> first = next();
            queue.add("a");
            queue.add("a", 7);
            queue.add("a", 3);
            queue.done(first);
            Item<String> second = next();
            assertThat(second.priority()).isEqualTo(7);
            queue.done(second);
            assertThat(queue.sizes().empty()).isTrue();
        }

        @Test
        void anItemIsGivenBackToTheQueueThatItCameFrom() {
            WorkQueue<String> other = WorkQueue.create("other");
            other.add("b");
            Item<String> foreign = Objects.requireNonNull(other.poll());
            queue.add("a");
            Item<String> own = next();
            assertThatThrownBy(() -> queue.done(foreign)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("to the queue that it came from");
            assertThatThrownBy(() -> queue.retry(foreign)).isInstanceOf(IllegalStateException.class);
            assertThat(queue.sizes()).isEqualTo(new QueueSizes(0, 0, 0, 1, 0));
            queue.done(own);
            other.done(foreign);
            assertThat(other.sizes().empty()).isTrue();
        }

        @Test
        void anItemIsGivenBackOnce() {
            queue.add("a");
            Item<String> item = next();
            queue.done(item);
            assertThatThrownBy(() -> queue.done(item)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("give back each item once");
            queue.add("a");
            Item<String> second = next();
            assertThatThrownBy(() -> queue.retry(item)).isInstanceOf(IllegalStateException.class);
            queue.done(second);
        }
    }

    @Nested
    class Priorities {

        @Test
        void higherPriorityFirstThenTheTimeItBecameReady() {
            queue.add("low", -100);
            queue.add("first");
            queue.addAfter("delayed", Duration.ofMillis(1));
            queue.add("second");
            queue.add("high", 10);
            time.advance(Duration.ofMillis(1));
            queue.add("third");
            assertThat(drain(queue)).containsExactly("high", "first", "second", "delayed", "third", "low");
        }

        @Test
        void aRaiseMovesAKeyAndALowerPriorityDoesNot() {
            queue.add("a");
            queue.add("b");
            queue.add("b", 5);
            queue.add("b", -5);
            Item<String> item = next();
            assertThat(item.key()).isEqualTo("b");
            assertThat(item.priority()).isEqualTo(5);
        }

        @Test
        void manyPrioritiesAreServedInOrder() {
            for (int i = 0; i < 100; i++) {
                queue.add("k" + i, (i * 37) % 100);
            }
            List<Integer> served = new ArrayList<>();
            for (@Nullable
            Item<String> item = queue.poll(); item != null; item = queue.poll()) {
                served.add(item.priority());
                queue.done(item);
            }
            assertThat(served).hasSize(100).isSortedAccordingTo((a, b) -> b - a);
        }

        @Test
        void aLowPriorityDoesNotStarveUnderASteadyStreamOfHigherOnes() {
            queue.add("low", -100);
            int dispatched = 0;
            boolean found = false;
            while (!found && dispatched < 100) {
                queue.add("high" + dispatched);
                time.advance(Duration.ofSeconds(1));
                Item<String> item = next();
                found = item.key().equals("low");
                queue.done(item);
                dispatched++;
            }
            assertThat(found).isTrue();
            assertThat(dispatched).isGreaterThan(10); // it waited its time first
        }

        @Test
        void agedKeysTakeNoMoreThanEveryFourthTurn() {
            for (int i = 0; i < 100; i++) {
                queue.add("low" + i, -100);
            }
            time.advance(Duration.ofMinutes(1));
            for (int i = 0; i < 100; i++) {
                queue.add("high" + i);
            }
            long low = 0;
            for (int i = 0; i < 80; i++) {
                Item<String> item = next();
                low += item.priority() == -100 ? 1 : 0;
                queue.done(item);
            }
            assertThat(low).isEqualTo(20);
        }
    }

    @Nested
    class Delays {

        @Test
        void aDelayedKeyIsReadyWhenItIsDueAndNotBefore() {
            queue.addAfter("a", Duration.ofSeconds(2));
            time.advance(Duration.ofMillis(1999));
            assertThat(queue.poll()).isNull();
            time.advance(Duration.ofMillis(1));
            assertThat(next().key()).isEqualTo("a");
        }

        @Test
        void theEarlierDueTimeWins() {
            queue.addAfter("a", Duration.ofSeconds(5));
            queue.addAfter("a", Duration.ofSeconds(2));
            queue.addAfter("a", Duration.ofSeconds(9));
            time.advance(Duration.ofSeconds(2));
            assertThat(drain(queue)).containsExactly("a");
            time.advance(Duration.ofSeconds(20));
            assertThat(queue.poll()).isNull();
        }

        @Test
        void anImmediateAddBeatsADelayedOne() {
            queue.addAfter("a", Duration.ofSeconds(5), 3);
            queue.add("a");
            assertThat(next().priority()).isEqualTo(3);
            queue.add("b");
            queue.addAfter("b", Duration.ofSeconds(5));
            assertThat(next().key()).isEqualTo("b");
            assertThat(queue.sizes().delayed()).isZero();
        }

        @Test
        void aDelayedAddWhileProcessingWaitsForBoth() {
            queue.add("a");
            Item<String> first = next();
            queue.addAfter("a", Duration.ofSeconds(1));
            assertThat(queue.sizes()).isEqualTo(new QueueSizes(0, 1, 0, 1, 0));
            time.advance(Duration.ofSeconds(1));
            assertThat(queue.poll()).isNull();
            assertThat(queue.sizes()).isEqualTo(new QueueSizes(0, 0, 1, 1, 0));
            queue.done(first);
            assertThat(drain(queue)).containsExactly("a");
        }

        @Test
        void aDelayThatIsNotPositiveMeansNow() {
            queue.addAfter("a", Duration.ZERO);
            queue.addAfter("b", Duration.ofSeconds(-1));
            assertThat(drain(queue)).containsExactly("a", "b");
        }

        @Test
        void theLongestDurationIsNoOverflow() {
            queue.addAfter("a", Duration.ofSeconds(Long.MAX_VALUE));
            time.advance(Duration.ofDays(1));
            assertThat(queue.poll()).isNull();
        }

        /** The official Java client's queue loses 4 000 of these. */
        @Test
        void noDelayedAddOfABurstIsDropped() {
            for (int i = 0; i < 50_000; i++) {
                assertThat(queue.addAfter("k" + i, Duration.ofNanos(1 + (i * 7919L) % 1_000_000))).isTrue();
            }
            time.advance(Duration.ofMillis(1));
            assertThat(drain(queue)).hasSize(50_000).doesNotHaveDuplicates();
        }
    }

    @Nested
    class BackOff {

        @Test
        void failuresDoubleTheWaitFrom5MillisecondsTo1000Seconds() {
            queue.add("a");
            long expected = 5_000_000;
            for (int i = 0; i < 30; i++) {
                Item<String> item = next();
                assertThat(item.failures()).isEqualTo(i);
                queue.retry(item);
                time.advance(Duration.ofNanos(expected - 1));
                assertThat(queue.poll()).isNull();
                time.advance(Duration.ofNanos(1));
                expected = Math.min(expected * 2, 1_000_000_000_000L);
            }
            assertThat(next().failures()).isEqualTo(30);
        }

        @Test
        void doneForgetsTheFailures() {
            queue.add("a");
            queue.retry(next());
            time.advance(Duration.ofMillis(5));
            queue.done(next());
            queue.add("a");
            assertThat(next().failures()).isZero();
        }

        @Test
        void retryAfterForgetsTheFailures() {
            queue.add("a");
            queue.retry(next());
            time.advance(Duration.ofMillis(5));
            queue.retryAfter(next(), Duration.ofSeconds(3));
            time.advance(Duration.ofSeconds(3));
            assertThat(next().failures()).isZero();
        }

        @Test
        void anAddEndsTheBackOffAndKeepsTheFailures() {
            queue.add("a");
            queue.retry(next());
            queue.add("a");
            assertThat(next().failures()).isEqualTo(1);
        }

        @Test
        void aRetryOfAKeyThatWasAddedMeanwhileRunsAtOnce() {
            queue.add("a");
            Item<String> item = next();
            queue.add("a");
            queue.retry(item);
            Item<String> second = next();
            assertThat(second.failures()).isEqualTo(1);
            queue.done(second);
            time.advance(Duration.ofDays(1));
            assertThat(queue.poll()).isNull();
        }

        @Test
        void aRetryKeepsThePriorityUnlessToldOtherwise() {
            queue.add("a", 4);
            queue.retry(next());
            time.advance(Duration.ofMillis(5));
            Item<String> second = next();
            assertThat(second.priority()).isEqualTo(4);
            queue.retryAfter(second, Duration.ofMillis(5), -9);
            time.advance(Duration.ofMillis(5));
            assertThat(next().priority()).isEqualTo(-9);
        }

        @Test
        void aReleasedItemRunsAgainAtOnceWithItsFailures() {
            queue.add("a");
            queue.retry(next());
            time.advance(Duration.ofMillis(5));
            queue.release(next());
            assertThat(next().failures()).isEqualTo(1);
        }

        @Test
        void aReleasedItemCanWaitWithItsPriorityAndFailures() {
            queue.add("a", 3);
            queue.retry(next());
            time.advance(Duration.ofMillis(5));
            queue.release(next(), Duration.ofSeconds(1));
            time.advance(Duration.ofMillis(999));
            assertThat(queue.poll()).isNull();
            time.advance(Duration.ofMillis(1));
            Item<String> again = next();
            assertThat(again.failures()).isEqualTo(1);
            assertThat(again.priority()).isEqualTo(3);
            assertThat(queue.sizes().finishedSinceShutDown()).isZero();
        }

        @Test
        void aRetryWaitsAtLeastAsLongAsItIsAskedTo() {
            queue.add("a");
            queue.retry(next(), 0, Duration.ofSeconds(2));
            time.advance(Duration.ofMillis(1999));
            assertThat(queue.poll()).isNull();
            time.advance(Duration.ofMillis(1));
            queue.retry(next(), 0, Duration.ofNanos(1));
            time.advance(Duration.ofMillis(10).minusNanos(1));
            assertThat(queue.poll()).as("the back-off is longer than what was asked for").isNull();
            time.advance(Duration.ofNanos(1));
            assertThat(next().failures()).isEqualTo(2);
        }

        @Test
        void aTokenBucketSpacesOutTheRetriesOfAllKeys() {
            WorkQueue<String> limited = WorkQueue.<String>builder("q").time(time)
                    .rateLimiter(RateLimiter.tokenBucket(10, 2)).build();
            for (String key : List.of("a", "b", "c", "d")) {
                limited.add(key);
            }
            List<Item<String>> items = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                items.add(requireNonNull(limited.poll()));
            }
            items.forEach(limited::retry);
            assertThat(drain(limited)).containsExactly("a", "b");
            time.advance(Duration.ofMillis(100));
            assertThat(drain(limited)).containsExactly("c");
            time.advance(Duration.ofMillis(100));
            assertThat(drain(limited)).containsExactly("d");
        }

        @Test
        void theMaximumOfSeveralLimitersHolds() {
            WorkQueue<String> limited = WorkQueue.<String>builder("q")
                    .time(time)
                    .rateLimiter(RateLimiter.maxOf(
                            RateLimiter.exponential(Duration.ofMillis(5), Duration.ofSeconds(1)),
                            RateLimiter.tokenBucket(10, 1)))
                    .build();
            limited.add("a");
            limited.retry(requireNonNull(limited.poll()));
            time.advance(Duration.ofMillis(5)); // the bucket's burst let it pass
            limited.retry(requireNonNull(limited.poll()));
            time.advance(Duration.ofMillis(10));
            assertThat(limited.poll()).isNull(); // the back-off is over, the bucket has no token yet
            time.advance(Duration.ofMillis(85));
            assertThat(limited.poll()).isNotNull();
        }

        @Test
        void limitersRefuseWhatCannotBe() {
            assertThatThrownBy(() -> RateLimiter.exponential(Duration.ZERO, Duration.ofSeconds(1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> RateLimiter.exponential(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> RateLimiter.tokenBucket(0, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> RateLimiter.tokenBucket(Double.NaN, 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(RateLimiter::maxOf).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class Fairness {

        private final WorkQueue<String> fair = WorkQueue.<String>builder("q")
                .time(time)
                .fairness(key -> key.substring(0, 1), tenant -> tenant.equals("b") ? 2 : 1)
                .build();

        @Test
        void tenantsTakeTurnsByWeightWithinAPriority() {
            for (int i = 1; i <= 4; i++) {
                fair.add("a" + i);
            }
            for (int i = 1; i <= 4; i++) {
                fair.add("b" + i);
            }
            fair.add("a9", 5);
            fair.add("c1");
            assertThat(drain(fair)).containsExactly("a9", "a1", "b1", "b2", "c1", "a2", "b3", "b4", "a3", "a4");
        }

        @Test
        void aPurgeTakesOneTenantsQueuedKeysAndNothingElse() {
            fair.add("a1");
            fair.add("a2", -100);
            fair.addAfter("a3", Duration.ofSeconds(1));
            fair.add("b1");
            Item<String> running = requireNonNull(fair.poll());
            assertThat(running.key()).isEqualTo("a1");
            fair.add("a1");
            fair.add("b2");
            CarriedWork<String> purged = fair.purge("a");
            assertThat(purged.items()).extracting(QueuedItem::key).containsExactlyInAnyOrder("a1", "a2", "a3");
            assertThat(fair.purge("a").items()).isEmpty();
            fair.done(running);
            time.advance(Duration.ofSeconds(1));
            assertThat(drain(fair)).containsExactly("b1", "b2");
            assertThat(fair.sizes().empty()).isTrue();
        }

        @Test
        void aQueueWithoutTenantsRefusesToPurge() {
            assertThatThrownBy(() -> queue.purge("a")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("fairness");
        }
    }

    @Test
    void aSnapshotHasEachKeyWhereItIs() {
        queue.add("running");
        next();
        queue.add("running", 2);
        queue.add("ready", 1);
        queue.addAfter("later", Duration.ofSeconds(2));
        queue.addAfter("soon", Duration.ofSeconds(1));
        QueueSnapshot<String> snapshot = queue.snapshot();
        long now = time.nanos();
        assertThat(snapshot.ready()).containsExactly(new QueuedItem<>("ready", 1, now, 0));
        assertThat(snapshot.delayed()).extracting(QueuedItem::key).containsExactly("soon", "later");
        assertThat(snapshot.delayed().getFirst().dueNanos()).isEqualTo(now + 1_000_000_000L);
        assertThat(snapshot.blocked()).containsExactly(new QueuedItem<>("running", 2, now, 0));
        assertThat(snapshot.processing()).containsExactly(new QueuedItem<>("running", 0, now, 0));
    }
}
