package dev.windlass.modules.internal.proof;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.sql.Driver;
import java.util.List;
import java.util.stream.Stream;

/**
 * The JDBC drivers that a class loader sees. {@code DriverManager} shows and removes only what its caller could load, so the caller is a
 * class in a loader below that one, which goes with this object.
 */
final class DriversOfLoader {

    private static final String NAME = "Drivers";
    private static final int STATIC = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;
    private static final ClassDesc MANAGER = ClassDesc.of("java.sql.DriverManager");
    private static final MethodTypeDesc LIST = MethodTypeDesc.of(ClassDesc.of("java.util.stream.Stream"));
    private static final MethodTypeDesc REMOVE = MethodTypeDesc.of(ConstantDescs.CD_void,
            ClassDesc.of("java.sql.Driver"));

    private final Class<?> caller;

    DriversOfLoader(ClassLoader loader) {
        byte[] code = ClassFile.of().build(ClassDesc.of(NAME), type -> type.withFlags(ClassFile.ACC_PUBLIC)
                .withMethodBody("drivers", LIST, STATIC, body -> body.invokestatic(MANAGER, "drivers", LIST).areturn())
                .withMethodBody("remove", REMOVE, STATIC,
                        body -> body.aload(0).invokestatic(MANAGER, "deregisterDriver", REMOVE).return_()));
        caller = new Below(loader).define(code);
    }

    private static final class Below extends ClassLoader {

        Below(ClassLoader parent) {
            super(NAME, parent);
        }

        Class<?> define(byte[] code) {
            return defineClass(NAME, code, 0, code.length);
        }
    }

    /** All that it sees, those of the host among them. */
    List<Driver> all() throws ReflectiveOperationException {
        return ((Stream<?>) caller.getMethod("drivers").invoke(null)).map(Driver.class::cast).toList();
    }

    void remove(Driver driver) throws ReflectiveOperationException {
        Method method = caller.getMethod("remove", Driver.class);
        method.invoke(null, driver);
    }
}
