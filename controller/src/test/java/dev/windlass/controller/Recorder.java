package dev.windlass.controller;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A reconciler that remembers what it was asked and what it saw; behind a gate that can be closed. */
final class Recorder implements Reconciler<ConfigMap> {

    static final String GONE = "(gone)";

    final List<Request<ConfigMap>> requests = new CopyOnWriteArrayList<>();
    final Map<String, String> lastSeen = new ConcurrentHashMap<>();
    final AtomicInteger overlaps = new AtomicInteger();
    final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    void closeGate() {
        gate.drainPermits();
    }

    void openGate() {
        gate.release(Integer.MAX_VALUE / 2);
    }

    @Override
    public Result reconcile(Request<ConfigMap> request, ReconcileContext context) throws InterruptedException {
        String id = id(request.cluster(), request.name());
        if (!running.add(id)) {
            overlaps.incrementAndGet();
        }
        try {
            requests.add(request);
            gate.acquire();
            Optional<ConfigMap> object = context.cache().get(request);
            lastSeen.put(id, object.map(found -> found.getData().get("value")).orElse(GONE));
            return Result.done();
        } finally {
            running.remove(id);
        }
    }

    long countOf(String name) {
        return requests.stream().filter(request -> request.name().equals(name)).count();
    }

    static String id(String cluster, String name) {
        return cluster + "/" + name;
    }
}
