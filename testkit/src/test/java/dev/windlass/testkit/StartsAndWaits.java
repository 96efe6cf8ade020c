package dev.windlass.testkit;

/** A program that starts a server and is then killed. */
public final class StartsAndWaits {

    private StartsAndWaits() {
    }

    public static void main(String[] arguments) throws Exception {
        RealApiServer.start("orphan");
        System.out.println("started");
        Thread.currentThread().join();
    }
}
