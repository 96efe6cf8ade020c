package com.example.billing;

import dev.windlass.lifecycle.CarryOver;
import dev.windlass.lifecycle.Handover;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.Unit;
import dev.windlass.workqueue.CarriedWork;
import dev.windlass.workqueue.Item;
import dev.windlass.workqueue.QueuedItem;
import dev.windlass.workqueue.WorkQueue;
import java.time.Duration;
import java.util.List;

/** Writes one invoice after the other. What waits when another version comes, or when it stops, goes to the next generation. */
final class Invoices implements Handover {

    private static final RunnableSpec SPEC = RunnableSpec.builder("invoices").signalsReadiness(true).warmsUp(true)
            .build();

    private final RunnableContext context;
    private final WorkQueue<String> queue;

    private Invoices(RunnableContext context) {
        this.context = context;
        this.queue = WorkQueue.<String>builder("invoices").owner(context).build();
    }

    static Unit<RunnableHandle> unit() {
        return Task.of(SPEC, context -> new Invoices(context).run());
    }

    private void run() throws InterruptedException {
        context.handsOver(this);
        context.stopping().onSet(() -> queue.shutDown(StopMode.HANDOFF));
        queue.restore(waiting(context.takeOver().orElse(null)));
        context.carryOver(null);
        context.fork("orders", this::takeOrders);
        context.ready();
        for (Item<String> next = queue.take(); next != null; next = queue.take()) {
            context.logger().info("writes {}", next.key());
            queue.done(next);
        }
        context.carryOver(queue.export());
    }

    private void takeOrders() throws InterruptedException {
        for (int number = 1; context.sleep(Duration.ofMillis(200)); number++) {
            queue.add(context.generation() + "-" + number);
        }
    }

    @Override
    public CarryOver freeze() throws InterruptedException {
        queue.freeze();
        queue.awaitIdle();
        return queue.handOver();
    }

    @Override
    public void thaw(CarryOver back) {
        queue.thaw(waiting(back));
    }

    @SuppressWarnings("unchecked") // only this unit hands over to this unit
    private static List<QueuedItem<String>> waiting(CarryOver work) {
        return work instanceof CarriedWork<?> carried ? ((CarriedWork<String>) carried).items() : List.of();
    }
}
