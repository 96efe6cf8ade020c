package dev.windlass.testkit;

import dev.windlass.leaky.Leaked;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(120)
class LeakCheckTest {

    private final CountDownLatch end = new CountDownLatch(1);

    private static LeakCheck.Builder quick() {
        return LeakCheck.builder().within(Duration.ofMillis(300));
    }

    private void parkHere() {
        while (end.getCount() > 0) {
            LockSupport.park(this);
        }
    }

    private void end(Thread thread) throws InterruptedException {
        end.countDown();
        LockSupport.unpark(thread);
        thread.join();
    }

    @Test
    void withoutALeakItIsContent() {
        LeakCheck check = quick().instancesOf("dev.windlass.").baseline();

        assertThatCode(check::assertNothingLeft).doesNotThrowAnyException();
    }

    @Test
    void aThreadIsNamedWithItsStack() throws Exception {
        LeakCheck check = quick().baseline();
        Thread thread = Thread.ofPlatform().name("forgotten-7").start(this::parkHere);

        assertThatThrownBy(check::assertNothingLeft).isInstanceOf(AssertionError.class)
                .hasMessageContaining("platform threads: 1 more of \"forgotten-#\"")
                .hasMessageContaining("\"forgotten-7\"")
                .hasMessageContaining("LeakCheckTest.parkHere");

        end(thread);
        check.assertNothingLeft();
    }

    @Test
    void aParkedVirtualThreadIsNamedByItsCode() throws Exception {
        LeakCheck check = quick().baseline();
        Thread thread = Thread.startVirtualThread(this::parkHere);

        assertThatThrownBy(check::assertNothingLeft).isInstanceOf(AssertionError.class)
                .hasMessageContaining("virtual threads: 1 more of \"unnamed, in ")
                .hasMessageContaining("LeakCheckTest.parkHere");

        end(thread);
        check.assertNothingLeft();
    }

    @Test
    void oneThreadMoreIsSeenAmongManyEqualOnes() throws Exception {
        List<Thread> before = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            before.add(Thread.ofVirtual().name("worker-" + i).start(this::parkHere));
        }
        LeakCheck check = quick().baseline();
        Thread late = Thread.ofVirtual().name("worker-99").start(this::parkHere);

        assertThatThrownBy(check::assertNothingLeft).hasMessageContaining("\"worker-#\" (6, before 5)")
                .hasMessageContaining("\"worker-99\"").hasMessageNotContaining("\"worker-3\"");

        end(late);
        for (Thread thread : before) {
            end(thread);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anOpenSocketIsNamedByItsAddress() throws Exception {
        try (EchoServer server = new EchoServer()) {
            LeakCheck check = quick().baseline();
            try (Socket socket = new Socket(server.address().getAddress(), server.address().getPort())) {
                assertThatThrownBy(check::assertNothingLeft).isInstanceOf(AssertionError.class)
                        .hasMessageContaining(
                                "sockets: 1 more of \"connected to 127.0.0.1:" + server.address().getPort())
                        .hasMessageContaining("127.0.0.1:" + socket.getLocalPort() + " -> ")
                        .hasMessageContaining("sockets: 1 more of \"accepted on 127.0.0.1:");
            }
            check.assertNothingLeft();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anOpenSelectorIsNamed() throws Exception {
        Selector.open().close();
        LeakCheck check = quick().baseline();
        try (Selector selector = Selector.open()) {
            assertThat(selector.isOpen()).isTrue();
            assertThatThrownBy(check::assertNothingLeft)
                    .hasMessageContaining("descriptors: 1 more of \"anon_inode:[eventpoll]");
        }
        check.assertNothingLeft();
    }

    @Test
    void instancesThatSurviveACollectionAreCounted() {
        List<Leaked> kept = new ArrayList<>(List.of(new Leaked()));
        LeakCheck strict = quick().instancesOf("dev.windlass.leaky.").baseline();
        LeakCheck lenient = quick().instancesOf("dev.windlass.leaky.", 2).baseline();
        kept.add(new Leaked());
        kept.add(new Leaked());

        assertThatThrownBy(strict::assertNothingLeft).isInstanceOf(AssertionError.class).hasMessageContaining(
                "instances of dev.windlass.leaky.*: 2 more of \"dev.windlass.leaky.Leaked\" (3, before 1)");
        assertThatCode(lenient::assertNothingLeft).doesNotThrowAnyException();
        assertThat(kept).hasSize(3);

        kept.clear();
        strict.assertNothingLeft();
    }

    @Test
    void aClassLoaderIsNamedByItsClass() throws Exception {
        LeakCheck check = quick().baseline();
        URI classes = LeakCheckTest.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        try (URLClassLoader loader = new URLClassLoader(new URL[]{classes.toURL()}, null)) {
            Class<?> loaded = loader.loadClass(Leaked.class.getName());
            assertThatThrownBy(check::assertNothingLeft)
                    .hasMessageContaining("class loaders: 1 more of \"java.net.URLClassLoader\"");
            assertThat(loaded.getClassLoader()).isSameAs(loader);
        }
    }

    @Test
    void aWitnessOfOnesOwnIsAsked() {
        AtomicLong open = new AtomicLong(1);
        LeakCheck check = quick().witness(new Counter(open)).baseline();
        open.set(3);
        assertThatThrownBy(check::assertNothingLeft).hasMessageContaining("files: 2 more of \"open\" (3, before 1)");
        open.set(0);
        check.assertNothingLeft();
    }

    @Test
    void whatIsIgnoredIsNoLeak() {
        AtomicLong open = new AtomicLong();
        LeakCheck check = quick().witness(new Counter(open)).ignoring("op").baseline();
        open.set(9);
        assertThatCode(check::assertNothingLeft).doesNotThrowAnyException();
    }

    private record Counter(AtomicLong open) implements Witness {

        @Override
        public String name() {
            return "files";
        }

        @Override
        public Map<String, Sighting> look() {
            return Map.of("open", Sighting.of(open.get()));
        }
    }
}
