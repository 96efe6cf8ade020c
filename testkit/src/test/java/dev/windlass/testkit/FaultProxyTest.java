package dev.windlass.testkit;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class FaultProxyTest {

    private static final int HANG = 30_000;

    private EchoServer server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new EchoServer();
        proxy = FaultProxy.before(server.address());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(HANG);
        return socket;
    }

    private static void send(Socket socket, int... bytes) throws IOException {
        for (int b : bytes) {
            socket.getOutputStream().write(b);
        }
    }

    @Test
    void bytesPassInBothDirections() throws IOException {
        try (Socket socket = connect()) {
            send(socket, 1, 2, 3);
            assertThat(socket.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
            assertThat(proxy.connections()).isOne();
            assertThat(proxy.accepted()).isOne();
        }
        await().until(() -> proxy.connections() == 0 && server.connections() == 0);
    }

    @Test
    void theEndOfTheServerReachesTheClient() throws IOException {
        try (Socket socket = connect()) {
            send(socket, 1);
            assertThat(socket.getInputStream().read()).isOne();
            server.close();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aBlackHoleSwallowsAnswersAndGivesThemBackWhenHealed() throws IOException {
        try (Socket open = connect()) {
            send(open, 1);
            assertThat(open.getInputStream().read()).isOne();

            proxy.blackHole();
            send(open, 2);
            try (Socket fresh = connect()) {
                send(fresh, 3);
                for (Socket socket : new Socket[]{open, fresh}) {
                    socket.setSoTimeout(100);
                    assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                    socket.setSoTimeout(HANG);
                }
                assertThat(server.connections()).isOne();

                proxy.heal();
                assertThat(open.getInputStream().read()).isEqualTo(2);
                assertThat(fresh.getInputStream().read()).isEqualTo(3);
            }
        }
    }

    @Test
    void aClientThatGivesUpInABlackHoleIsNoLongerCounted() throws IOException {
        Socket open = connect();
        send(open, 1);
        assertThat(open.getInputStream().read()).isOne();
        proxy.blackHole();
        Socket fresh = connect();
        await().until(() -> proxy.connections() == 2);

        open.close();
        fresh.close();

        await().until(() -> proxy.connections() == 0);
        assertThat(server.connections()).as("the server does not hear of it").isOne();
        proxy.heal();
        await().until(() -> server.connections() == 0);
    }

    @Test
    void cuttingBreaksOpenConnectionsOnly() throws IOException {
        try (Socket open = connect()) {
            send(open, 1);
            assertThat(open.getInputStream().read()).isOne();

            proxy.cut();

            assertThatThrownBy(() -> open.getInputStream().read()).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            bytesPass();
        }
    }

    @Test
    void refusingTurnsAwayNewConnectionsOnly() throws IOException {
        try (Socket open = connect()) {
            send(open, 1);
            assertThat(open.getInputStream().read()).isOne();
            for (int i = 0; i < 3; i++) {
                proxy.refuse();
                assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
                proxy.heal();
                bytesPass();
            }
            send(open, 2);
            assertThat(open.getInputStream().read()).isEqualTo(2);
        }
    }

    private void bytesPass() throws IOException {
        try (Socket fresh = connect()) {
            send(fresh, 9);
            assertThat(fresh.getInputStream().read()).isEqualTo(9);
        }
    }

    @Test
    void latencyHoldsBytesBackUntilItsTime() throws IOException {
        try (Socket socket = connect()) {
            send(socket, 1);
            assertThat(socket.getInputStream().read()).isOne();
            proxy.latency(Duration.ofHours(1));
            send(socket, 2);
            socket.setSoTimeout(100);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout(HANG);
            proxy.latency(Duration.ofMillis(1));
            assertThat(socket.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void aServerThatIsGoneLooksGone() throws IOException {
        server.close();
        try (Socket socket = connect()) {
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aClosedProxyLeavesNothing() throws IOException {
        bytesPass();
        LeakCheck check = LeakCheck.builder().baseline();
        for (int i = 0; i < 3; i++) {
            FaultProxy other = FaultProxy.before(server.address());
            try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), other.port())) {
                send(idle, 1);
                assertThat(idle.getInputStream().read()).isOne();
                other.blackHole();
                send(idle, 2);
                other.close();
                other.close();
                assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), other.port()))
                        .isInstanceOf(ConnectException.class);
            }
        }
        check.assertNothingLeft();
    }
}
