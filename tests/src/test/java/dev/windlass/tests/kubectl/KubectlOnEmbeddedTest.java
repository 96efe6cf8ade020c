package dev.windlass.tests.kubectl;

import dev.windlass.testkit.EmbeddedApiServer;

class KubectlOnEmbeddedTest extends KubectlCommands {

    KubectlOnEmbeddedTest() throws InterruptedException {
        super(EmbeddedApiServer.start("kubectl"));
    }
}
