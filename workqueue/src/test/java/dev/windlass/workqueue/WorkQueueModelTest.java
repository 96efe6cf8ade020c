package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/** Random operations on the queue and on a model of a page of code, on virtual time: both always agree. */
class WorkQueueModelTest {

    private static final int KEYS = 12;

    /** One pending run: {@code ready} is the time it became ready, or null while it waits. */
    private static final class Pending {
        int priority;
        long due;
        int failures;
        long order;
        boolean ready;
    }

    private static final class Model {
        final Map<Integer, Pending> pending = new HashMap<>();
        final Map<Integer, Pending> processing = new HashMap<>();
        boolean open = true;
        boolean dispatching = true;
        long order;

        void promote(long now) {
            if (!open) {
                return;
            }
            pending.values().stream()
                    .filter(run -> !run.ready && run.due <= now)
                    .sorted(Comparator.<Pending>comparingLong(run -> run.due).thenComparingLong(run -> run.order))
                    .toList()
                    .forEach(this::makeReady);
        }

        void makeReady(Pending run) {
            run.ready = true;
            run.order = ++order;
        }

        void offer(int key, int priority, long due, int failures, long now) {
            Pending run = pending.get(key);
            if (run == null) {
                run = new Pending();
                run.priority = priority;
                run.due = due;
                run.failures = failures;
                run.order = ++order;
                pending.put(key, run);
                if (due <= now) {
                    makeReady(run);
                }
                return;
            }
            run.failures = Math.max(run.failures, failures);
            if (priority > run.priority) {
                run.priority = priority;
                if (run.ready && !processing.containsKey(key)) {
                    run.order = ++order;
                }
            }
            if (!run.ready && due < run.due) {
                run.due = due;
                if (due <= now) {
                    makeReady(run);
                }
            }
        }

        @Nullable
        Integer expected() {
            return !dispatching
                    ? null
                    : pending.entrySet().stream()
                            .filter(entry -> entry.getValue().ready && !processing.containsKey(entry.getKey()))
                            .min(Comparator.<Map.Entry<Integer, Pending>>comparingInt(
                                    entry -> -entry.getValue().priority)
                                    .thenComparingLong(entry -> entry.getValue().order))
                            .map(Map.Entry::getKey)
                            .orElse(null);
        }

        void take(int key) {
            processing.put(key, requireNonNull(pending.remove(key)));
        }

        /** Ends a run; what waited for it queues up now. */
        void end(int key, int failures) {
            requireNonNull(processing.remove(key));
            Pending follower = pending.get(key);
            if (follower != null) {
                follower.failures = failures;
                if (follower.ready) {
                    follower.order = ++order;
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20_261_124, 4_711})
    void queueAndModelAgree(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            agree(random, "seed " + seed + " round " + round);
        }
    }

    private static void agree(Random random, String where) {
        VirtualTime time = new VirtualTime();
        // No ageing: the model has none.
        WorkQueue<Integer> queue = WorkQueue.<Integer>builder("q").time(time).ageing(Duration.ofDays(9999)).build();
        Model model = new Model();
        Map<Integer, Item<Integer>> held = new HashMap<>();
        int steps = 20 + random.nextInt(300);
        for (int step = 0; step < steps; step++) {
            String at = where + " step " + step;
            int key = random.nextInt(KEYS);
            int priority = random.nextInt(3) - 1;
            long delay = random.nextInt(40);
            long now = time.nanos();
            int action = random.nextInt(100);
            if (action < 25) {
                assertThat(queue.add(key, priority)).as(at).isEqualTo(model.open);
                if (model.open) {
                    model.offer(key, priority, now, 0, now);
                }
            } else if (action < 40) {
                assertThat(queue.addAfter(key, Duration.ofNanos(delay), priority)).as(at).isEqualTo(model.open);
                if (model.open) {
                    model.offer(key, priority, now + delay, 0, now);
                }
            } else if (action < 65) {
                model.promote(now);
                Integer expected = model.expected();
                Item<Integer> item = queue.poll();
                assertThat(item == null ? null : item.key()).as(at).isEqualTo(expected);
                if (item != null) {
                    model.take(item.key());
                    assertThat(item.failures()).as(at)
                            .isEqualTo(requireNonNull(model.processing.get(item.key())).failures);
                    held.put(item.key(), item);
                }
            } else if (action < 85 && held.containsKey(key)) {
                giveBack(queue, model, held.remove(key), random.nextInt(4), delay, priority, now);
            } else if (action < 97) {
                time.advance(Duration.ofNanos(random.nextInt(20)));
            } else if (action < 98 && step > steps / 2) {
                StopMode mode = List.of(StopMode.DRAIN, StopMode.HANDOFF, StopMode.ABORT).get(random.nextInt(3));
                queue.shutDown(mode);
                model.open = false;
                model.dispatching &= mode == StopMode.DRAIN;
            }
            check(queue, model, time.nanos(), at);
        }
        export(queue, model, where);
    }

    private static void giveBack(
            WorkQueue<Integer> queue, Model model, Item<Integer> item, int how, long delay, int priority, long now) {
        int key = item.key();
        switch (how) {
            case 0 -> {
                queue.done(item);
                model.end(key, 0);
            }
            case 1 -> {
                queue.retry(item, priority);
                int failures = item.failures() + 1;
                model.end(key, failures);
                model.offer(key, priority, now + 5_000_000L * (1L << (failures - 1)), failures, now);
            }
            case 2 -> {
                queue.retryAfter(item, Duration.ofNanos(delay), priority);
                model.end(key, 0);
                model.offer(key, priority, now + delay, 0, now);
            }
            default -> {
                queue.release(item);
                model.end(key, item.failures());
                model.offer(key, item.priority(), now, item.failures(), now);
            }
        }
    }

    private static void check(WorkQueue<Integer> queue, Model model, long now, String at) {
        model.promote(now);
        QueueSnapshot<Integer> snapshot = queue.snapshot();
        List<Integer> ready = new ArrayList<>();
        List<Integer> blocked = new ArrayList<>();
        List<Integer> delayed = new ArrayList<>();
        model.pending.forEach((key, run) -> {
            if (!run.ready) {
                delayed.add(key);
            } else if (model.processing.containsKey(key)) {
                blocked.add(key);
            } else {
                ready.add(key);
            }
        });
        assertThat(snapshot.ready()).as(at).extracting(QueuedItem::key).containsExactlyInAnyOrderElementsOf(ready);
        assertThat(snapshot.blocked()).as(at).extracting(QueuedItem::key).containsExactlyInAnyOrderElementsOf(blocked);
        assertThat(snapshot.delayed()).as(at).extracting(QueuedItem::key).containsExactlyInAnyOrderElementsOf(delayed);
        assertThat(snapshot.processing()).as(at).extracting(QueuedItem::key)
                .containsExactlyInAnyOrderElementsOf(model.processing.keySet());
        QueueSizes sizes = queue.sizes();
        assertThat(sizes.queued()).as(at).isEqualTo(model.pending.size());
        assertThat(sizes.processing()).as(at).isEqualTo(model.processing.size());
    }

    private static void export(WorkQueue<Integer> queue, Model model, String where) {
        Map<Integer, Integer> expected = new HashMap<>();
        model.processing.forEach((key, run) -> expected.put(key, run.priority));
        model.pending.forEach((key, run) -> expected.merge(key, run.priority, Math::max));
        CarriedWork<Integer> work = queue.export();
        assertThat(work.items()).as(where).hasSize(expected.size());
        work.items().forEach(item -> assertThat(item.priority()).as(where).isEqualTo(expected.get(item.key())));
    }
}
