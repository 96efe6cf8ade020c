package dev.windlass.kubernetes;

import dev.windlass.lifecycle.FencedException;
import dev.windlass.lifecycle.InFlight;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.StopReport;
import io.fabric8.kubernetes.client.dsl.ExecListener;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.kubernetes.OnEmbeddedServer.HANG;
import static dev.windlass.kubernetes.OnEmbeddedServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An exec, which is a WebSocket, ends with the unit that opened it; the cluster goes on. */
@Timeout(60)
class WebSocketTest {

    private final Manager manager = Manager.create();
    private @Nullable WebSocketServer server;

    @AfterEach
    void close() throws Exception {
        manager.close();
        if (server != null) {
            server.close();
        }
    }

    private ClusterConnection connect(WebSocketServer to) throws InterruptedException {
        server = to;
        manager.start();
        return OnEmbeddedServer.connect(manager.add(Cluster.builder("sockets").kubeconfig(to.kubeconfig()).build()));
    }

    private static ExecWatch exec(Client client, ExecListener listener) {
        return client.fabric8().pods().inNamespace("default").withName("web").redirectingInput().usingListener(listener)
                .exec("cat");
    }

    @Test
    void itEndsWithItsOwner() throws Exception {
        WebSocketServer accepting = new WebSocketServer(false);
        ClusterConnection connection = connect(accepting);
        RunnableContext owner = OnEmbeddedServer.owner(connection, "shell");
        exec(connection.client(owner), new ExecListener() {
            @Override
            public void onClose(int code, String reason) {
            }
        });
        accepting.accepted.await();
        assertThat(accepting.open()).isEqualTo(1);
        StopReport report = owner.handle().stop().await(HANG);
        assertThat(report.leftovers()).isEmpty();
        eventually().untilAsserted(() -> assertThat(accepting.open()).isZero());
        assertThat(manager.find("cluster/sockets").orElseThrow().state().name()).isEqualTo("READY");
    }

    @Test
    void oneThatIsRefusedIsForgotten() throws Exception {
        ClusterConnection connection = connect(new WebSocketServer(true));
        RunnableContext owner = OnEmbeddedServer.owner(connection, "shell");
        assertThatThrownBy(() -> exec(connection.client(owner), new ExecListener() {
            @Override
            public void onClose(int code, String reason) {
            }
        })).hasCauseInstanceOf(WebSocketHandshakeException.class);
        assertThat(owner.handle().stop().await(HANG).leftovers()).isEmpty();
    }

    @Test
    void theFenceIsAskedBeforeItIsOpenedAndBeforeEachMessage() throws Exception {
        WebSocketServer accepting = new WebSocketServer(false);
        ClusterConnection connection = connect(accepting);
        RunnableContext owner = OnEmbeddedServer.owner(connection, "shell");
        AtomicBoolean closed = new AtomicBoolean();
        Client client = connection.client(owner, () -> {
            if (closed.get()) {
                throw new FencedException("fenced off");
            }
        });
        ExecListener listener = (code, reason) -> {
        };
        ExecWatch open = exec(client, listener);
        accepting.accepted.await();
        OutputStream in = Objects.requireNonNull(open.getInput());
        in.write('a');
        in.flush();
        eventually().untilAsserted(() -> assertThat(accepting.messages).hasValue(1));
        closed.set(true);
        assertThatThrownBy(() -> {
            in.write('b');
            in.flush();
        }).hasStackTraceContaining("fenced off");
        assertThatThrownBy(() -> exec(client, listener)).hasStackTraceContaining("fenced off");
        assertThat(accepting.upgrades).as("nothing was asked for").hasValue(1);
        assertThat(accepting.messages).hasValue(1);
        closed.set(false);
        in.write('c');
        in.flush();
        eventually().untilAsserted(() -> assertThat(accepting.messages).hasValueGreaterThan(1));
        assertThat(owner.handle().stop().await(HANG).leftovers()).isEmpty();
    }

    @Test
    void oneThatOpensWhileItsOwnerEndsIsClosed() throws Exception {
        AtomicInteger closes = new AtomicInteger();
        AtomicReference<@Nullable OwnedWebSocket> opening = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread opener = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                OwnedWebSocket next = opening.get();
                if (next == null) {
                    Thread.onSpinWait();
                } else {
                    next.onOpen(new Opened(closes));
                    opening.set(null);
                }
            }
        });
        long enough = System.nanoTime() + TimeUnit.SECONDS.toNanos(3); // on two free cores: some hundred thousand rounds
        int round = 0;
        for (; System.nanoTime() < enough; round++) {
            OwnedWebSocket owned = new OwnedWebSocket(new WebSocket.Listener() {
            }, new NoEntry(), () -> {
            }, ended -> {
            });
            opening.set(owned);
            for (int spin = round % 30; spin > 0; spin--) {
                Thread.onSpinWait();
            }
            owned.abort(new RevokedException("its owner has ended"));
            while (opening.get() != null) {
                Thread.onSpinWait();
            }
        }
        over.set(true);
        opener.join();
        assertThat(closes).hasValue(round);
    }

    @Test
    void aListenerThatThrowsWhenItsSocketIsTakenAwayKeepsNoOtherFromBeingTold() {
        List<OwnedWebSocket> told = new ArrayList<>();
        OwnedWebSocket owned = new OwnedWebSocket(new WebSocket.Listener() {
            @Override
            public void onError(WebSocket socket, Throwable error) {
                throw new StackOverflowError("too much");
            }
        }, new NoEntry(), () -> {
        }, told::add);
        AtomicInteger closes = new AtomicInteger();
        owned.onOpen(new Opened(closes));
        owned.abort(new RevokedException("its owner has ended")); // one of several, in a loop
        assertThat(told).containsExactly(owned);
        assertThat(closes).hasValue(1);
    }

    private record NoEntry() implements InFlight {

        @Override
        public void close() {
        }

        @Override
        public void unanswered() {
        }
    }

    /** Counts how often it is closed. */
    private record Opened(AtomicInteger closes) implements WebSocket {

        @Override
        public boolean send(ByteBuffer buffer) {
            return true;
        }

        @Override
        public boolean sendClose(int code, String reason) {
            closes.incrementAndGet();
            return true;
        }

        @Override
        public long queueSize() {
            return 0;
        }

        @Override
        public void request() {
        }
    }
}
