package dev.understudy.tools.control;

import java.util.List;

/// The control commands, in the order of the help.
public final class Commands {
    /// For the administrator.
    public static final List<Class<?>> CONTROL =
            List.of(
                    ClusterCommand.class,
                    TokenCommand.class,
                    PreflightCommand.class,
                    InstallCommand.class,
                    UpgradeCommand.class,
                    RollbackCommand.class,
                    PlanCommand.class,
                    ApplyCommand.class,
                    UninstallCommand.class,
                    ConfigCommand.class,
                    ModuleCommands.Start.class,
                    ModuleCommands.Stop.class,
                    ModuleCommands.Forcestop.class,
                    ModuleCommands.Prim.class,
                    ModuleCommands.Second.class,
                    ModuleCommands.Swap.class,
                    ModuleCommands.Restart.class,
                    ModuleCommands.Stopstart.class,
                    ModuleCommands.Failover.class,
                    BootCommand.class,
                    CheckerCommand.class,
                    ResourceCommand.class,
                    ModuleCommands.Detach.class,
                    ModuleCommands.Attach.class,
                    QuarantineCommand.class,
                    StateCommand.class,
                    ExplainCommand.class,
                    LogCommand.class,
                    SupportCommand.class);

    private Commands() {}
}
