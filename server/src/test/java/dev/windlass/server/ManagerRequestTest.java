package dev.windlass.server;

import dev.windlass.lifecycle.InMemoryElection;
import dev.windlass.lifecycle.Leadership;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.OnLeadershipLost;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Task;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What is told of a manager as a whole. */
@Timeout(60)
class ManagerRequestTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Manager manager = Manager.builder().name("mill").onLeadershipLost(OnLeadershipLost.STEP_DOWN)
            .elector(InMemoryElection.named("mills").elector("pod-1")).build();
    private final Http http = new Http();

    @AfterEach
    void stop() {
        manager.close();
        http.close();
    }

    @Test
    void itsUnitsItsWorstCaseAndWhoLeadsAreTold() throws Exception {
        ServerHandle server = manager.add(AdminServer.at(BindAddress.loopback(0), directory));
        manager.add(Task.of(RunnableSpec.builder("wheel").leadership(Leadership.LEADER).build(),
                RunnableContext::awaitStop));
        manager.start();
        server.ready().await(BOUND);
        manager.find("wheel").orElseThrow().ready().await(BOUND);
        AdminEndpoint endpoint = AdminEndpoint.find(directory).getFirst();
        JsonNode told = Http
                .json(http.get(endpoint.address(), "/api/v1/manager", "Authorization", "Bearer " + endpoint.token()));
        assertThat(told.get("name").stringValue()).isEqualTo("mill");
        assertThat(told.get("units").intValue()).isEqualTo(3);
        assertThat(told.get("worstCaseStopMillis").longValue()).isEqualTo(manager.worstCaseStop().toMillis());
        JsonNode leadership = told.get("leadership");
        assertThat(leadership.get("election").stringValue()).isEqualTo("mills");
        assertThat(leadership.get("identity").stringValue()).isEqualTo("pod-1");
        assertThat(leadership.get("leads").booleanValue()).isTrue();
        assertThat(leadership.get("holder").stringValue()).isEqualTo("pod-1");
        assertThat(Instant.parse(leadership.get("since").stringValue())).isBefore(Instant.now().plusSeconds(5));
        assertThat(leadership.get("fenceMillis").longValue()).isBetween(1L, 12_500L);
        assertThat(leadership.get("onLoss").stringValue()).isEqualTo("STEP_DOWN");
        assertThat(leadership.get("lastLoss").isNull()).isTrue();
    }
}
