package dev.windlass.tests.kubectl;

import dev.windlass.testkit.RealApiServer;

class KubectlOnRealTest extends KubectlCommands {

    KubectlOnRealTest() throws InterruptedException {
        super(RealApiServer.start("kubectl"));
    }
}
