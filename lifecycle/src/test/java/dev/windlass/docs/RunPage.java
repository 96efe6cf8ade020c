package dev.windlass.docs;

import dev.windlass.lifecycle.Manager;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A page of the documentation whose code stands in the test, with a manager that runs. */
abstract class RunPage {

    final Page page;
    final Manager manager = Manager.create();
    final List<String> log = new CopyOnWriteArrayList<>();

    RunPage(String name) {
        page = new Page(name);
    }

    @BeforeEach
    void begin() {
        manager.start();
    }

    @AfterEach
    void end() {
        manager.close();
    }

    final void print(Object line) {
        log.add(String.valueOf(line));
    }

    @Test
    void thePageShowsWhatIsRunHere() {
        Map<String, String> here = Page.snippetsOf(getClass());
        assertThat(page.snippets()).isEqualTo(here);
        assertThat(page.blocks("java")).isEqualTo(here.size());
    }
}
