package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Manager;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class InformersRunTest {

    /** A cluster that connects waits for them. */
    @Test
    void whoWaitsForThemIsToldThatTheyCouldNotBeOpened() {
        InformersRun informers = new InformersRun(_ -> {
            throw new StackOverflowError("too deep");
        });
        try (Manager manager = Manager.create()) {
            manager.add(informers);
            manager.start();
            assertThatThrownBy(() -> informers.opened().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class).hasRootCauseMessage("too deep");
        }
    }
}
