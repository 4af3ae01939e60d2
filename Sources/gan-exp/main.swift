print("gan-exp")
