package dev.windlass.tests.differential;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;

/** Tests that ask both servers, which all tests of a class share. */
@Tag("real-apiserver")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BothServers {
    Server real;
    Server embedded;

    @BeforeAll
    void start() throws InterruptedException {
        real = Server.real();
        embedded = Server.embedded();
    }

    @AfterAll
    void close() {
        real.close();
        embedded.close();
    }
}
