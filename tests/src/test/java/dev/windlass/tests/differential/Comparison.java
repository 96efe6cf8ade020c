package dev.windlass.tests.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Plays sequences on both servers, some at a time, and tells where their answers differ. */
final class Comparison {
    private static final int AT_A_TIME = 8;

    private final Server real;
    private final Server embedded;
    private final WebhookServer hooks;

    /** @param hooks that both servers ask */
    Comparison(Server real, Server embedded, WebhookServer hooks) {
        this.hooks = hooks;
        this.real = real;
        this.embedded = embedded;
    }

    List<Difference> play(List<Sequence> sequences) throws InterruptedException {
        List<Difference> differences = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(AT_A_TIME)) {
            List<Future<List<Difference>>> running = new ArrayList<>();
            for (Sequence sequence : sequences) {
                String namespace = "seq-%04d".formatted(running.size());
                running.add(executor.submit(() -> play(sequence, namespace)));
            }
            for (Future<List<Difference>> each : running) {
                differences.addAll(each.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a sequence could not be played: " + e.getCause(),
                    e.getCause());
        }
        return differences;
    }

    private List<Difference> play(Sequence sequence, String namespace) {
        List<Answer> byReal;
        List<Answer> byEmbedded;
        try {
            byReal = new Player(real, hooks, namespace).play(sequence);
            byEmbedded = new Player(embedded, hooks, namespace).play(sequence);
        } catch (RuntimeException e) {
            throw new IllegalStateException(sequence.title() + ": " + e.getMessage(), e);
        }
        Masks realMasks = new Masks(byReal);
        Masks embeddedMasks = new Masks(byEmbedded);
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < byReal.size(); i++) {
            Request request = sequence.requests().get(i);
            if (request.await() == 0 && byReal.get(i).code() != Answer.HUNG_UP.code()) {
                differences.addAll(Difference.between(sequence.title(), i + 1, request,
                        realMasks.mask(byReal.get(i)), embeddedMasks.mask(byEmbedded.get(i))));
            }
        }
        return differences;
    }
}
